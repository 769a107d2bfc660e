package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.CreatedAdapter;

/** An adapter that was read and checked, and is not part of its model yet. */
public final class ReadAdapter implements AutoCloseable {

    private final LoadReport report;
    private final Runnable publishing;
    private final Runnable freeing;
    private final boolean givesTensors;
    private boolean published;

    private ReadAdapter(
            LoadReport report, Runnable publishing, Runnable freeing, boolean givesTensors) {
        this.report = report;
        this.publishing = publishing;
        this.freeing = freeing;
        this.givesTensors = givesTensors;
    }

    static ReadAdapter asNew(
            AdapterRegistry registry,
            String name,
            CreatedAdapter<?> created,
            AdapterValues values) {
        AdapterInventory.Entry entry = values.entry(created);
        return new ReadAdapter(
                values.report(),
                () -> {
                    values.newRows().fill();
                    registry.publish(name, entry);
                },
                () -> {
                    values.newRows().close();
                    created.set().close();
                },
                true);
    }

    static ReadAdapter asReplacement(
            AdapterRegistry registry,
            String name,
            AdapterInventory.Entry old,
            CreatedAdapter<?> created,
            AdapterValues values) {
        AdapterInventory.Entry entry = values.entry(created);
        return new ReadAdapter(
                values.report(),
                () -> {
                    values.newRows().fill();
                    registry.replace(name, old, entry);
                },
                () -> {
                    values.newRows().close();
                    created.set().close();
                },
                true);
    }

    static ReadAdapter intoKnown(
            AdapterRegistry registry,
            String name,
            CreatedAdapter<?> known,
            AdapterValues values,
            NDManager scratch) {
        AdapterInventory.Entry entry = values.entry(known);
        return new ReadAdapter(
                values.report(),
                () ->
                        registry.overwrite(
                                name,
                                entry,
                                () -> {
                                    values.newRows().fill();
                                    values.apply();
                                }),
                () -> {
                    values.newRows().close();
                    scratch.close();
                },
                false);
    }

    /** Makes it part of its model, in one step. */
    public LoadReport publish() {
        publishing.run();
        published = true;
        return report;
    }

    /** Frees the tensors that the model has not taken. */
    @Override
    public void close() {
        if (!published || !givesTensors) {
            freeing.run();
        }
    }
}
