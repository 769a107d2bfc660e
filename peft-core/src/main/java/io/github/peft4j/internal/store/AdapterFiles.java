package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.AdapterFactory;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.tuner.CreatedAdapter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adapters on disk, in Hugging Face PEFT's layout. */
public final class AdapterFiles {

    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final LoadReport NONE = LoadReport.ofNew(ImmutableList.of());

    private AdapterFiles() {}

    /** Writes adapters; nothing is replaced before everything is written. */
    public static void save(AdapterRegistry registry, Path directory, SaveAdapterOptions options)
            throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new FileSystemException(
                    directory.toString(), null, "it is a file. Pass a directory to save into.");
        }
        try (NDManager scratch = Engines.newManager(registry.base().device());
                Gradients off = Gradients.off()) {
            write(registry, directory, options, scratch);
        }
    }

    private static void write(
            AdapterRegistry registry, Path directory, SaveAdapterOptions options, NDManager scratch)
            throws IOException {
        Collection<String> names =
                options.selectedAdapters().isEmpty()
                        ? registry.adapters().sets().keySet()
                        : ImmutableSet.copyOf(options.selectedAdapters());
        Map<String, FileContent> files = new LinkedHashMap<>();
        Saving saving = new Saving(files, registry.base(), options, scratch);
        AdapterInventory.Entry last = null;
        for (String name : names) {
            AdapterInventory.Entry entry = registry.adapters().entry(name);
            String folder = name.equals(AdapterInventory.DEFAULT_NAME) ? "" : name + "/";
            saving.put(folder, name, entry);
            last = entry;
        }
        if (last == null) {
            throw new IllegalArgumentException("There is no adapter to save.");
        }
        String card = ModelCard.text(directory, registry.base().info(), last.config());
        files.put(ModelCard.FILE_NAME, FileContent.utf8(card));
        AtomicFiles.write(directory, files);
    }

    /** What a save writes, and how. */
    private record Saving(
            Map<String, FileContent> files,
            BaseModel base,
            SaveAdapterOptions options,
            NDManager scratch) {

        /** Adds the files of one adapter, and below it those of the adapters it is made of. */
        void put(String folder, String name, AdapterInventory.Entry entry) {
            entry.attachment()
                    .parts()
                    .forEach(
                            (part, attachment) -> {
                                var sub =
                                        new AdapterInventory.Entry(
                                                attachment, ImmutableMap.of(), NONE);
                                put(folder + part + "/", part, sub);
                            });
            files.put(folder + WEIGHTS, weights(name, entry));
            if (!entry.set().localState().isEmpty()) {
                files.put(folder + SidecarFile.NAME, SidecarFile.content(entry.set()));
            }
            // A reader looks for the config first, so it comes last.
            files.put(
                    folder + PeftConfig.FILE_NAME,
                    FileContent.utf8(saved(entry.attachment().savedConfig())));
        }

        private FileContent weights(String name, AdapterInventory.Entry entry) {
            ImmutableMap.Builder<String, TensorView> tensors = ImmutableMap.builder();
            entry.set()
                    .file()
                    .forEach(
                            (key, tensor) -> {
                                NDArray value = tensor.write(scratch);
                                Dtype type = entry.storedTypes().getOrDefault(key, Dtype.F32);
                                tensors.put(
                                        key,
                                        tensor.integerBits() > 0
                                                ? TensorView.ofIntegers(value, tensor.integerBits())
                                                : tensor.integers()
                                                        ? TensorView.of(value)
                                                        : TensorView.of(value, type));
                            });
            entry.set()
                    .aliases()
                    .of(name)
                    .forEach((key, p) -> tensors.put(key, TensorView.of(p.getArray())));
            EmbeddingsInFile.of(base, entry, options.saveEmbeddingLayers())
                    .forEach((key, p) -> tensors.put(key, TensorView.of(p.getArray())));
            return SafetensorsWriter.content(
                    tensors.buildOrThrow(), ImmutableMap.of("format", "pt"));
        }
    }

    private static String saved(PeftConfig config) {
        return config.withInferenceMode(true).toJson();
    }

    /** Reads an adapter into a new or a known name; nothing changes if anything is wrong. */
    public static LoadReport load(
            AdapterRegistry registry, Path directory, String name, LoadAdapterOptions options)
            throws IOException {
        Path folder = directory.resolve(options.subfolder());
        LoadedConfig loaded = PeftConfig.load(folder);
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder);
                NDManager scratch = Engines.newManager()) {
            if (registry.adapters().contains(name)) {
                AdapterSet set = registry.adapters().require(name);
                TensorTransfer transfer = transfer(registry.base(), set, name, checkpoint, options);
                ImmutableList<String> before =
                        joined(
                                loaded.warnings(),
                                registry.adapters().entry(name).report().warnings());
                SidecarFile sidecar = SidecarFile.read(folder, set, scratch);
                LoadReport report = sidecar.transfer(transfer.run(before));
                registry.loaded(name, transfer.storedTypes(), report);
                return report;
            }
            PeftConfig config = forUse(loaded.config(), options);
            CreatedAdapter<?> attachment = registry.attach(name, config);
            try {
                TensorTransfer transfer =
                        transfer(registry.base(), attachment.set(), name, checkpoint, options);
                SidecarFile sidecar = SidecarFile.read(folder, attachment.set(), scratch);
                LoadReport report =
                        sidecar.transfer(
                                transfer.run(joined(loaded.warnings(), attachment.warnings())));
                registry.publish(name, attachment, transfer.storedTypes(), report);
                return report;
            } catch (IOException | RuntimeException e) {
                attachment.set().close();
                throw e;
            }
        }
    }

    /** Reads an adapter that another one is made of. */
    public static CreatedAdapter<?> loadPart(BaseModel base, Path folder) throws IOException {
        LoadedConfig loaded = PeftConfig.load(folder);
        String name = String.valueOf(folder.getFileName());
        LoadAdapterOptions options = LoadAdapterOptions.DEFAULT;
        CreatedAdapter<?> attachment =
                AdapterFactory.create(
                        base,
                        forUse(loaded.config(), options),
                        name,
                        AdapterInventory.EMPTY,
                        part -> loadPart(base, part));
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder)) {
            transfer(base, attachment.set(), name, checkpoint, options)
                    .run(ImmutableList.copyOf(loaded.warnings()));
            return attachment;
        } catch (IOException | RuntimeException e) {
            attachment.set().close();
            throw e;
        }
    }

    private static TensorTransfer transfer(
            BaseModel base,
            AdapterSet set,
            String name,
            Checkpoint checkpoint,
            LoadAdapterOptions options)
            throws IOException {
        ImmutableSet<String> embeddings = EmbeddingsInFile.check(base, set, checkpoint);
        return TensorTransfer.into(
                set, name, checkpoint, options, embeddings, EmbeddingsInFile.tokens(base));
    }

    /** The config of an adapter that was loaded: frozen unless it may train on. */
    public static PeftConfig forUse(PeftConfig config, LoadAdapterOptions options) {
        return config.withInferenceMode(!options.trainable());
    }

    private static ImmutableList<String> joined(List<String> first, List<String> second) {
        return ImmutableList.<String>builder().addAll(first).addAll(second).build();
    }
}
