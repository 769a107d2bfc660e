package io.github.peft4j.internal.store;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.CreatedAdapter;

/**
 * What the files of an adapter hold, read and checked.
 *
 * @param storedTypes in which types the file holds its tensors
 * @param passport what the folder says of the adapter
 * @param newRows what the file brings for the base
 */
record AdapterValues(
        TensorTransfer transfer,
        SidecarFile sidecar,
        LoadReport report,
        ImmutableMap<String, Dtype> storedTypes,
        AdapterPassport passport,
        EmbeddingsInFile.NewRows newRows) {

    /** The same with more to say. */
    AdapterValues with(LoadReport more) {
        return new AdapterValues(transfer, sidecar, more, storedTypes, passport, newRows);
    }

    AdapterInventory.Entry entry(CreatedAdapter<?> adapter) {
        return new AdapterInventory.Entry(adapter, storedTypes, report, passport);
    }

    /** Puts the tensors into the adapter, also inside a pass that is recorded. */
    void apply() {
        try (Gradients off = Gradients.off()) {
            transfer.apply();
            sidecar.apply();
        }
    }
}
