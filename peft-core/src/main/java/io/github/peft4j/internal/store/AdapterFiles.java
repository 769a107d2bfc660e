package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.tuner.ConvertedAdapter;
import io.github.peft4j.tuner.CreatedAdapter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes adapters to disk, in Hugging Face PEFT's layout.
 *
 * @see StoredAdapter for reading
 */
public final class AdapterFiles {

    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final LoadReport NONE = LoadReport.ofNew(ImmutableList.of());

    private AdapterFiles() {}

    /** Writes adapters, which take the place of older ones in one step. */
    public static void save(AdapterRegistry registry, Path directory, SaveAdapterOptions options)
            throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new FileSystemException(
                    directory.toString(), null, "it is a file. Pass a directory to save into.");
        }
        registry.running(
                () -> {
                    try (NDManager scratch = Engines.newManager(registry.base().device());
                            Gradients off = Gradients.off()) {
                        write(registry, directory, options, scratch);
                    }
                    return directory;
                });
    }

    private static void write(
            AdapterRegistry registry, Path directory, SaveAdapterOptions options, NDManager scratch)
            throws IOException {
        AdapterInventory adapters = registry.adapters();
        Collection<String> names =
                options.selectedAdapters().isEmpty()
                        ? adapters.sets().keySet()
                        : ImmutableSet.copyOf(options.selectedAdapters());
        Map<String, FileContent> files = new LinkedHashMap<>();
        Set<String> obsolete = new LinkedHashSet<>();
        Saving saving =
                new Saving(
                        files,
                        obsolete,
                        registry.base(),
                        options,
                        scratch,
                        new PassportWriter(registry.base(), options));
        AdapterInventory.Entry last = null;
        AdapterPassport passport = AdapterPassport.EMPTY;
        for (String name : names) {
            AdapterInventory.Entry entry = adapters.entry(name);
            String folder = name.equals(AdapterInventory.DEFAULT_NAME) ? "" : name + "/";
            passport = saving.put(folder, name, entry);
            last = entry;
        }
        if (last == null) {
            throw new IllegalArgumentException("There is no adapter to save.");
        }
        String card = ModelCard.text(directory, registry.base().info(), last.config(), passport);
        files.put(ModelCard.FILE_NAME, FileContent.utf8(card));
        AtomicFiles.write(directory, files, obsolete);
    }

    /** What a save writes, and how. */
    private record Saving(
            Map<String, FileContent> files,
            Set<String> obsolete,
            BaseModel base,
            SaveAdapterOptions options,
            NDManager scratch,
            PassportWriter passports) {

        /** Adds the files of one adapter, and below it those of the adapters it is made of. */
        AdapterPassport put(String folder, String name, AdapterInventory.Entry entry)
                throws IOException {
            for (Map.Entry<String, CreatedAdapter<?>> part :
                    entry.attachment().parts().entrySet()) {
                AdapterInventory.Entry sub = AdapterInventory.Entry.of(part.getValue(), NONE);
                put(folder + part.getKey() + "/", part.getKey(), sub);
            }
            ConvertedAdapter<?> converted = StartConversion.of(entry, options, scratch);
            ImmutableMap<String, TensorView> tensors = weights(name, entry, converted);
            AdapterPassport passport = passports.of(entry.config(), entry.passport(), tensors);
            files.put(
                    folder + WEIGHTS,
                    SafetensorsWriter.content(tensors, ImmutableMap.of("format", "pt")));
            SidecarFile.NAMES.forEach(sidecar -> obsolete.add(folder + sidecar));
            if (!entry.set().localState().isEmpty() && converted == null) {
                obsolete.remove(folder + SidecarFile.NAME);
                files.put(folder + SidecarFile.NAME, SidecarFile.content(entry.set()));
            }
            files.put(folder + AdapterPassport.FILE_NAME, PassportWriter.content(passport));
            // Python looks for the config first, so it comes last.
            files.put(
                    folder + PeftConfig.FILE_NAME,
                    FileContent.utf8(
                            saved(
                                    converted == null
                                            ? entry.attachment().savedConfig()
                                            : converted.config(),
                                    options)));
            return passport;
        }

        private ImmutableMap<String, TensorView> weights(
                String name,
                AdapterInventory.Entry entry,
                @Nullable ConvertedAdapter<?> converted) {
            ImmutableMap.Builder<String, TensorView> tensors = ImmutableMap.builder();
            Map<String, NDArray> changed =
                    converted == null ? ImmutableMap.of() : converted.tensors();
            entry.set()
                    .file()
                    .forEach(
                            (key, tensor) -> {
                                NDArray other = changed.get(key);
                                NDArray value = other == null ? tensor.write(scratch) : other;
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
            return tensors.buildOrThrow();
        }
    }

    private static String saved(PeftConfig config, SaveAdapterOptions options) {
        String name = options.baseModelName();
        PeftConfig named =
                name == null
                        ? config
                        : config.toBuilder().optBaseModelNameOrPath(name).build(warning -> {});
        return named.withInferenceMode(true).toJson();
    }
}
