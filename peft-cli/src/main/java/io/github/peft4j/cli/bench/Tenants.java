package io.github.peft4j.cli.bench;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.model.ModelInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The adapters of a workload that has several on one base. */
record Tenants(PeftModel model, List<String> names) {

    private static final double NANOS = 1e9;

    /** Loads all but the first, which the model has. */
    static Tenants load(PeftModel model, Workload workload, int count, JsonObject result)
            throws IOException {
        List<String> names = new ArrayList<>();
        names.add(PeftModel.DEFAULT_ADAPTER);
        double before = ProcessMemory.resident();
        Samples loads = new Samples();
        for (int i = 1; i < count; i++) {
            String name = "a%03d".formatted(i);
            long begin = System.nanoTime();
            model.loadAdapter(workload.adapter(i), name);
            loads.add(System.nanoTime() - begin);
            names.add(name);
        }
        if (count > 1) {
            double kilobytes = (ProcessMemory.resident() - before) * 1024;
            result.addProperty("rss_per_adapter_kb", kilobytes / (count - 1));
            loads.putInto(result, "load_seconds");
        }
        return new Tenants(model, names);
    }

    /** Rows with the adapters that a batch names. */
    NDArray mixed(ModelInput input, long[] adapters) {
        List<String> rows = new ArrayList<>();
        for (long adapter : adapters) {
            rows.add(names.get(Math.toIntExact(adapter)));
        }
        return model.forward(input, RowActivation.of(rows)).logits();
    }

    /** Switches to another adapter before each call. */
    NDArray switched(ModelInput input, int step, Samples switches) {
        String name = names.get(step * 37 % names.size());
        long begin = System.nanoTime();
        model.setActivation(Activation.of(name));
        switches.add(System.nanoTime() - begin);
        return model.forward(input).logits();
    }

    /** Deletes all but the first. */
    void delete(JsonObject result) {
        long begin = System.nanoTime();
        names.subList(1, names.size()).forEach(model::deleteAdapter);
        double seconds = (System.nanoTime() - begin) / NANOS;
        result.addProperty("delete_seconds", seconds / Math.max(1, names.size() - 1));
    }

    /** Times of a kind of step that is part of another. */
    static final class Samples {

        private final List<Double> seconds = new ArrayList<>();

        void add(long nanos) {
            seconds.add(nanos / NANOS);
        }

        void putInto(JsonObject result, String field) {
            double[] all = seconds.stream().mapToDouble(value -> value).toArray();
            result.add(field, Stopwatches.quantiles(all));
            result.add(field + "_all", Stopwatches.array(all));
        }
    }
}
