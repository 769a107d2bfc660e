package io.github.peft4j.hub;

/** Hears how a download goes, in the thread that downloads. */
public interface HubListener {

    /** Hears nothing. */
    HubListener NONE = new HubListener() {};

    /**
     * Before the first byte. An exception from here stops the download, e.g. because of the licence
     * or the size.
     */
    default void planned(HubPlan plan) {}

    /**
     * Another part of a file has arrived.
     *
     * @param file its name in the repository
     * @param done bytes that are here, those of an earlier try included
     * @param size bytes of the whole, or -1 if the hub does not say
     */
    default void progressed(String file, long done, long size) {}

    /** A file is complete and checked. */
    default void finished(String file) {}

    /**
     * Something failed that will be tried again.
     *
     * @param why the reason, in words
     */
    default void retrying(String file, String why) {}
}
