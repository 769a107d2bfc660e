package io.github.peft4j.hub;

import java.io.IOException;

/** Why the hub has not given what was asked for; the text says what to do. */
public final class HubException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What a program may want to tell apart. */
    public enum Reason {
        /** There is no repository, branch, tag or commit of this name, or it is hidden. */
        NOT_FOUND,
        /** The hub wants a token, or another one, or a licence to be accepted. */
        NOT_ALLOWED,
        /** The hub did not answer, or not usefully, and the cache has too little. */
        UNREACHABLE,
        /** Nothing may be downloaded, and the cache has too little. */
        OFFLINE,
        /** What came is not what the hub has announced. */
        BROKEN,
        /** The repository holds nothing that this library may read. */
        UNUSABLE,
        /** The cache cannot take it. */
        DISK
    }

    private final Reason reason;

    HubException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    HubException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What has gone wrong. */
    public Reason reason() {
        return reason;
    }

    /** Whether a copy in the cache may take the place of an answer. */
    boolean cacheHelps() {
        return reason == Reason.UNREACHABLE || reason == Reason.NOT_ALLOWED;
    }
}
