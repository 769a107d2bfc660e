package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.tuner.ConvertedAdapter;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.Tuners;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Saves an adapter without what its start has taken out of the base. */
final class StartConversion {

    private StartConversion() {}

    /** The adapter as it is to be written, or null if it is written as it is. */
    static @Nullable ConvertedAdapter<?> of(
            AdapterInventory.Entry entry, SaveAdapterOptions options, NDManager scratch)
            throws IOException {
        return options.convertsStart()
                ? convert(Tuners.require(entry.config().peftType()), entry, options, scratch)
                : null;
    }

    private static <C extends PeftConfig> ConvertedAdapter<C> convert(
            Tuner<C> tuner,
            AdapterInventory.Entry entry,
            SaveAdapterOptions options,
            NDManager scratch)
            throws IOException {
        C config = tuner.configType().configClass().cast(entry.attachment().savedConfig());
        Map<String, NDArray> trained = new LinkedHashMap<>();
        entry.set().file().forEach((key, tensor) -> trained.put(key, tensor.write(scratch)));
        Path folder = options.initialModel();
        return tuner.convert(
                config, trained, folder == null ? tuner.start(entry.set()) : read(folder, scratch));
    }

    private static Map<String, NDArray> read(Path folder, NDManager scratch) throws IOException {
        Map<String, NDArray> start = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder)) {
            for (String key : checkpoint.names()) {
                start.put(key, checkpoint.load(scratch, key));
            }
        }
        return start;
    }
}
