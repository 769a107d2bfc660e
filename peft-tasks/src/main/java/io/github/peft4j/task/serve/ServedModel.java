package io.github.peft4j.task.serve;

import ai.djl.nn.Block;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.task.folder.AdapterBase;
import io.github.peft4j.task.folder.UntrainedHead;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A checkpoint, its adapters and, if asked for, their merged weights; owns all of them. */
final class ServedModel implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(ServedModel.class);

    /** What is open, the newest first: each needs those after it. */
    private final Deque<Runnable> open = new ArrayDeque<>();

    private final TransformerModel base;
    private Block block;

    private ServedModel(TransformerModel base) {
        open.push(base::close);
        this.base = base;
        block = base;
    }

    /**
     * Loads what the arguments name.
     *
     * @throws IOException if a file is missing or broken
     * @throws IllegalArgumentException if an argument is wrong, or adapter and base do not fit
     */
    static ServedModel load(ServingArguments arguments) throws IOException {
        TaskType task = arguments.task();
        ImmutableMap<String, Path> adapters = arguments.adapters();
        boolean merge = arguments.flag("merge", false);
        if (merge && adapters.isEmpty()) {
            throw new IllegalArgumentException(
                    "The argument merge is true, but there is no adapter to merge. Set the argument"
                            + " adapter too.");
        }
        LoadOptions options = LoadOptions.builder().optLabels(arguments.labels()).build();
        Optional<Path> first = arguments.firstAdapter();
        ServedModel served =
                new ServedModel(
                        first.isPresent()
                                ? AdapterBase.of(first.orElseThrow())
                                        .load(arguments.checkpoint(), task, options)
                                : Transformers.load(arguments.checkpoint(), task, options));
        try {
            if (!adapters.isEmpty()) {
                served.adapt(adapters);
            }
            if (!arguments.flag(ServingArguments.FRESH_HEAD, false)) {
                UntrainedHead.refuse(
                        served.base,
                        served.block instanceof PeftModel model ? model : null,
                        "To serve it all the same, set the argument freshHead to true.");
            }
            if (merge) {
                served.merge();
            }
            return served;
        } catch (IOException | RuntimeException e) {
            served.close();
            throw e;
        }
    }

    private void adapt(ImmutableMap<String, Path> adapters) throws IOException {
        Map.Entry<String, Path> first = adapters.entrySet().asList().get(0);
        PeftModel model =
                PeftModels.fromPretrained(
                        block, first.getValue(), first.getKey(), LoadAdapterOptions.EFFECTIVE);
        open.push(model::close);
        for (Map.Entry<String, Path> adapter :
                adapters.entrySet().asList().subList(1, adapters.size())) {
            model.loadAdapter(adapter.getValue(), adapter.getKey(), LoadAdapterOptions.EFFECTIVE);
        }
        adapters.keySet().forEach(name -> log(name, model.loadReport(name)));
        block = model;
    }

    private void merge() {
        MergedModel merged = ((PeftModel) block).mergeAndUnload();
        open.pop().run(); // the merged model needs the base alone
        open.push(merged::close);
        block = merged;
    }

    private static void log(String name, LoadReport report) {
        report.warnings().forEach(warning -> logger.warn("Adapter {}: {}", name, warning));
    }

    /** What predicts: a {@link PeftModel}, a {@link MergedModel}, or the checkpoint itself. */
    Block block() {
        return block;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().run();
        }
    }
}
