package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.LoraStarts;
import io.github.peft4j.tuner.lora.start.BaseShare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The folder of a case as this library would have saved it: with the pairs that a start has taken
 * out of the base, which Python's file lacks where chance or data had a part in them.
 *
 * @param folder the case's own folder, or a copy with one more file
 */
public record OwnFolder(Path original, Path folder) implements AutoCloseable {

    private static final String SIDECAR = "adapter_model.local.safetensors";

    private static final List<String> FILES =
            List.of("adapter_config.json", "adapter_model.safetensors");

    public static OwnFolder of(Path folder, PeftConfig config, ExpectedFile expected)
            throws IOException {
        boolean kept =
                config instanceof LoraConfig lora
                        && lora.initLoraWeights().changesBase()
                        && LoraStarts.linear(lora.initLoraWeights()).baseShare() == BaseShare.KEPT;
        if (!kept) {
            return new OwnFolder(folder, folder);
        }
        Map<String, NDArray> pairs = new LinkedHashMap<>();
        expected.startingWith("init.")
                .forEach(
                        (key, start) -> {
                            if (key.endsWith("lora_A.weight")) {
                                pairs.put(key.replace("lora_A.", "lora_A0."), start);
                            } else if (key.endsWith("lora_B.weight")) {
                                pairs.put(key.replace("lora_B.", "lora_B0."), start.neg());
                            }
                        });
        Path copy = Files.createTempDirectory("conformance");
        for (String file : FILES) {
            Files.copy(folder.resolve(file), copy.resolve(file));
        }
        SafetensorsWriter.writeArrays(copy.resolve(SIDECAR), pairs, Map.of("format", "pt"));
        return new OwnFolder(folder, copy);
    }

    /** Whether Python's folder lacks something. */
    public boolean isWhole() {
        return folder.equals(original);
    }

    @Override
    public void close() throws IOException {
        if (!isWhole()) {
            for (String file : FILES) {
                Files.delete(folder.resolve(file));
            }
            Files.delete(folder.resolve(SIDECAR));
            Files.delete(folder);
        }
    }
}
