package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.internal.create.AdapterFactory;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.CreatedAdapter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An adapter on disk whose config was read: the one way from a file to an adapter, a new one or one
 * that the model has. Its tensors become those of the adapter; only what the file lacks is drawn.
 *
 * @param folder holds adapter_config.json and adapter_model.safetensors
 * @param loaded the config and what was odd about it
 * @param options how to load
 */
public record StoredAdapter(Path folder, LoadedConfig loaded, LoadAdapterOptions options) {

    /**
     * Reads the config, and nothing else.
     *
     * @throws IOException if there is none, or it cannot be read
     */
    public static StoredAdapter in(Path directory, LoadAdapterOptions options) throws IOException {
        Path folder = directory.resolve(options.subfolder());
        return new StoredAdapter(folder, PeftConfig.load(folder), options);
    }

    /** The config as it is used here: frozen unless the adapter may train on. */
    public PeftConfig config() {
        return loaded.config().withInferenceMode(!options.trainable());
    }

    /**
     * Loads it into a new or a known name; nothing changes if anything is wrong.
     *
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     */
    public LoadReport into(AdapterRegistry registry, String name) throws IOException {
        if (registry.adapters().contains(name)) {
            AdapterInventory.Entry entry = registry.adapters().entry(name);
            Filled filled = fill(registry.base(), entry.set(), name, entry.report().warnings());
            registry.loaded(name, filled.storedTypes(), filled.report());
            registry.describe(name, filled.passport());
            return filled.report();
        }
        CreatedAdapter<?> created = registry.attach(name, config());
        Filled filled = fillNew(registry.base(), created, name);
        registry.publish(name, created, filled.storedTypes(), filled.report());
        registry.describe(name, filled.passport());
        return filled.report();
    }

    /** Loads an adapter that another one is made of. */
    public static CreatedAdapter<?> loadPart(BaseModel base, Path folder) throws IOException {
        StoredAdapter part = in(folder, LoadAdapterOptions.DEFAULT);
        String name = String.valueOf(folder.getFileName());
        CreatedAdapter<?> created =
                AdapterFactory.create(
                        base,
                        part.config(),
                        name,
                        ImmutableMap.of(),
                        ImmutableMap.of(),
                        below -> loadPart(base, below));
        part.fillNew(base, created, name);
        return created;
    }

    /**
     * What filling an adapter has found.
     *
     * @param storedTypes in which types the file holds its tensors
     * @param passport what the folder says of the adapter
     */
    private record Filled(
            LoadReport report, ImmutableMap<String, Dtype> storedTypes, AdapterPassport passport) {}

    private Filled fillNew(BaseModel base, CreatedAdapter<?> created, String name)
            throws IOException {
        try {
            return fill(base, created.set(), name, created.warnings());
        } catch (IOException | RuntimeException e) {
            created.set().close();
            throw e;
        }
    }

    private Filled fill(BaseModel base, AdapterSet set, String name, List<String> before)
            throws IOException {
        AdapterPassport passport = AdapterPassport.read(folder).orElse(AdapterPassport.EMPTY);
        ImmutableList<String> odd = PassportCheck.againstBase(folder, passport, base);
        ImmutableList<String> warnings =
                ImmutableList.<String>builder()
                        .addAll(loaded.warnings())
                        .addAll(before)
                        .addAll(odd)
                        .build();
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder);
                NDManager scratch = Engines.newManager()) {
            PassportCheck.tensors(folder, passport, checkpoint);
            if (!options.ignoreMismatchedSizes()) {
                LabelCheck.checkHead(set, base, checkpoint);
            }
            EmbeddingsInFile embeddings = EmbeddingsInFile.check(base, set, checkpoint);
            TensorTransfer transfer =
                    TensorTransfer.into(
                            set,
                            name,
                            checkpoint,
                            options,
                            scratch,
                            embeddings.names(),
                            EmbeddingsInFile.tokens(base));
            SidecarFile sidecar = SidecarFile.read(folder, set, scratch);
            LoadReport report = sidecar.transfer(transfer.run(warnings));
            set.initialize();
            embeddings.fill(base, checkpoint);
            return new Filled(report, transfer.storedTypes(), passport);
        }
    }
}
