package io.github.peft4j.task.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.LoadReport;
import io.github.peft4j.PeftModel;
import io.github.peft4j.io.AtomicFiles;
import io.github.peft4j.io.FileContent;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes and reads what is inside a checkpoint: the adapters in PEFT's own format, the optimizer's
 * moments, the best adapter so far, and the trainer's state.
 */
record TrainingCheckpoint(
        PeftModel model,
        ImmutableList<String> adapters,
        AdamW optimizer,
        TensorCopies best,
        Fingerprint fingerprint) {

    private static final ImmutableMap<String, String> FORMAT = ImmutableMap.of("format", "pt");

    /** Writes everything; the state, by which a checkpoint is known to be complete, last. */
    void write(Path folder, Progress.Saved progress) throws IOException {
        model.savePretrained(folder, adapters.toArray(new String[0]));
        Map<String, FileContent> files = new LinkedHashMap<>();
        files.put(TrainerStateFile.OPTIMIZER, content(optimizer.state()));
        if (!best.arrays().isEmpty()) {
            files.put(TrainerStateFile.BEST, content(best.arrays()));
        }
        files.put(
                TrainerStateFile.NAME,
                FileContent.utf8(new TrainerStateFile(progress, fingerprint).text()));
        AtomicFiles.write(folder, files);
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
    Progress read(Path folder) throws IOException {
        TrainerStateFile state = TrainerStateFile.read(folder);
        fingerprint.requireEqual(state.fingerprint(), folder.toString());
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> moments = tensors(scratch, folder, TrainerStateFile.OPTIMIZER);
            optimizer.restore(moments, state.progress().step());
            if (Files.exists(folder.resolve(TrainerStateFile.BEST))) {
                best.take(tensors(scratch, folder, TrainerStateFile.BEST));
            }
        }
        for (String name : adapters) {
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
        return new Progress(state.progress());
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
