package io.github.peft4j.cli.inspect;

import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.report.AdapterPlan;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what a config would make of a model. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "plan",
        description = "Show which layers a config reaches, and how large the adapter would be.")
public final class PlanCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "Checkpoint directory: config.json, *.safetensors.")
    private Path directory;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "An adapter_config.json; peft_type decides the method.")
    private Path config;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "${COMPLETION-CANDIDATES}; without, that of the config.")
    private @Nullable TaskType task;

    @Option(
            names = "--labels",
            paramLabel = "NAME",
            split = ",",
            description = "Labels of the head, with commas between; without, the checkpoint's.")
    private List<String> labels = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Write all of it here as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        Shown.requireWritable(json);
        if (!Files.isRegularFile(config)) {
            throw new IOException(
                    "There is no file '" + config + "'. Name an adapter_config.json.");
        }
        PeftConfig read = PeftConfig.fromJson(Files.readString(config));
        PeftConfig asked =
                task == null ? read : read.toBuilder().optTaskType(task).build(warning -> {});
        LoadOptions options = LoadOptions.builder().optLabels(labels).build();
        try (TransformerModel base =
                Transformers.load(directory, asked.taskType().orElse(null), options)) {
            AdapterPlan plan = PeftModels.plan(base, asked);
            Shown.print(plan, spec.commandLine().getOut(), plan, json);
        }
        return 0;
    }
}
