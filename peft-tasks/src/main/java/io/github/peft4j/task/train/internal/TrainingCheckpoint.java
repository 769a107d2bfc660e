package io.github.peft4j.task.train.internal;

import static java.util.Objects.requireNonNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.task.train.optim.AdamW;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes and reads what is inside a checkpoint: the adapters in PEFT's own format, the optimizer's
 * moments, the best adapter so far, and the trainer's state.
 */
public record TrainingCheckpoint(
        PeftModel model,
        ImmutableList<String> adapters,
        AdamW optimizer,
        TensorCopies best,
        Fingerprint fingerprint) {

    private static final ImmutableMap<String, String> FORMAT = ImmutableMap.of("format", "pt");

    /** Writes everything; the state, by which a checkpoint is known to be complete, last. */
    public void write(Path folder, Progress.Saved progress) throws IOException {
        model.savePretrained(folder, adapters.toArray(new String[0]));
        Map<String, FileContent> files = new LinkedHashMap<>();
        files.put(TrainerStateFile.OPTIMIZER, content(optimizer.state()));
        if (!best.arrays().isEmpty()) {
            files.put(TrainerStateFile.BEST, content(best.arrays()));
        }
        Map<String, NDArray> beyond = trainingState();
        if (!beyond.isEmpty()) {
            files.put(TrainerStateFile.ADAPTERS, content(beyond));
        }
        files.put(
                TrainerStateFile.NAME,
                FileContent.utf8(new TrainerStateFile(progress, fingerprint).text()));
        model.reading(
                () -> {
                    AtomicFiles.write(folder, files);
                    return folder;
                });
    }

    private static FileContent content(Map<String, NDArray> arrays) {
        return SafetensorsWriter.content(TensorView.of(arrays), FORMAT);
    }

    /**
     * Brings everything back.
     *
     * @throws IOException if a file is broken or lacks tensors
     * @throws IllegalArgumentException if another training wrote it; nothing has changed then
     */
    public Progress read(Path folder) throws IOException {
        TrainerStateFile state = TrainerStateFile.read(folder);
        fingerprint.requireEqual(state.fingerprint(), folder.toString());
        try (NDManager scratch = Engines.newManager()) {
            Map<String, NDArray> moments = tensors(scratch, folder, TrainerStateFile.OPTIMIZER);
            optimizer.restore(moments, state.progress().step());
            if (Files.exists(folder.resolve(TrainerStateFile.BEST))) {
                best.take(tensors(scratch, folder, TrainerStateFile.BEST));
            }
        }
        for (String name : adapters) {
            if (!model.adapter(name).trainingState().isEmpty()) {
                continue; // its file holds another form of it
            }
            boolean main = name.equals(PeftModel.DEFAULT_ADAPTER);
            LoadReport report = model.loadAdapter(main ? folder : folder.resolve(name), name);
            if (!report.missingKeys().isEmpty() || !report.unexpectedKeys().isEmpty()) {
                throw new IOException(
                        ("The adapter '%s' in %s is not the one that trains: it lacks %s and "
                                        + "has %s too many. Delete the checkpoint.")
                                .formatted(
                                        name,
                                        folder,
                                        report.missingKeys(),
                                        report.unexpectedKeys()));
            }
        }
        restore(folder);
        return new Progress(state.progress());
    }

    /** What the adapters' own files leave out or hold in another form, by adapter and key. */
    private Map<String, NDArray> trainingState() {
        Map<String, NDArray> all = new LinkedHashMap<>();
        for (String name : adapters) {
            model.adapter(name)
                    .trainingState()
                    .forEach((key, p) -> all.put(name + "/" + key, p.getArray()));
        }
        return all;
    }

    private void restore(Path folder) throws IOException {
        Map<String, NDArray> targets = trainingState();
        if (targets.isEmpty()) {
            return;
        }
        try (NDManager scratch = Engines.newManager()) {
            Map<String, NDArray> saved = tensors(scratch, folder, TrainerStateFile.ADAPTERS);
            for (Map.Entry<String, NDArray> target : targets.entrySet()) {
                NDArray array = saved.get(target.getKey());
                if (array == null || !array.getShape().equals(target.getValue().getShape())) {
                    throw new IOException(
                            "%s in %s has no tensor %s of shape %s. Delete the checkpoint."
                                    .formatted(
                                            TrainerStateFile.ADAPTERS,
                                            folder,
                                            target.getKey(),
                                            target.getValue().getShape()));
                }
            }
            model.writing(
                    () -> {
                        targets.forEach(
                                (key, array) ->
                                        TensorOps.copy(array, requireNonNull(saved.get(key))));
                        return targets;
                    });
        }
    }

    private static Map<String, NDArray> tensors(NDManager manager, Path folder, String name)
            throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(folder.resolve(name))) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String key : reader.names()) {
                tensors.put(key, reader.load(manager, key));
            }
            return tensors;
        }
    }
}
