package io.github.peft4j.cli.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The batches of a file: tensors {@code name.<i>}. */
final class BatchSet implements AutoCloseable {

    private final NDManager manager = Engines.newManager();
    private final List<Map<String, NDArray>> batches = new ArrayList<>();
    private final List<Long> tokens = new ArrayList<>();
    private long real;
    private long slots;

    BatchSet(Path file) throws IOException {
        Map<Integer, Map<String, NDArray>> numbered = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (String key : reader.names()) {
                int dot = key.lastIndexOf('.');
                int number = Integer.parseInt(key.substring(dot + 1));
                numbered.computeIfAbsent(number, n -> new LinkedHashMap<>())
                        .put(key.substring(0, dot), reader.load(manager, key));
            }
        }
        for (int i = 0; i < numbered.size(); i++) {
            Map<String, NDArray> batch = numbered.getOrDefault(i, Map.of());
            batches.add(batch);
            count(batch);
        }
    }

    private void count(Map<String, NDArray> batch) {
        NDArray mask = batch.get("attention_mask");
        long ones = 0;
        if (mask != null) {
            for (long value : mask.toLongArray()) {
                ones += value;
            }
            slots += mask.size();
        }
        real += ones;
        tokens.add(ones);
    }

    /** How many batches there are. */
    int size() {
        return batches.size();
    }

    /** Real tokens of step i. */
    long tokens(int step) {
        return tokens.get(step % tokens.size());
    }

    /** Real tokens of step i, those of the decoder (labels other than -100) included. */
    long bothTokens(int step) {
        long labelled =
                Arrays.stream(array(step, "labels").toLongArray())
                        .filter(label -> label != -100)
                        .count();
        return tokens(step) + labelled;
    }

    double padFraction() {
        return 1 - (double) real / slots;
    }

    /**
     * An array of step i; it belongs to this set.
     *
     * @throws IllegalArgumentException if the batches have none of this name
     */
    NDArray array(int step, String name) {
        Map<String, NDArray> batch = batches.get(step % batches.size());
        NDArray array = batch.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "The batches have no " + name + ", only " + batch.keySet() + ".");
        }
        return array;
    }

    /** The input of step i, as aliases in a manager of its own. */
    ModelInput input(int step, NDManager scope, boolean labels) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (Map.Entry<String, NDArray> entry : batches.get(step % batches.size()).entrySet()) {
            boolean wanted =
                    entry.getKey().equals("input_ids")
                            || entry.getKey().equals("attention_mask")
                            || (labels && entry.getKey().equals("labels"));
            if (wanted) {
                NDArray alias = entry.getValue().stopGradient();
                alias.attach(scope);
                arrays.put(entry.getKey(), alias);
            }
        }
        return ModelInput.of(arrays);
    }

    @Override
    public void close() {
        manager.close();
    }
}
