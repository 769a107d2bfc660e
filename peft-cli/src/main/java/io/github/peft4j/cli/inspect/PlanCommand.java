package io.github.peft4j.cli.inspect;

import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.cli.hub.HubDirectory;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.report.AdapterPlan;
import io.github.peft4j.task.train.plan.TrainingReport;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what a config would make of a model, and what a training of it would take. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "plan",
        description =
                "Show which layers a config reaches, how large the adapter would be, and what memory"
                        + " and time a training takes.")
public final class PlanCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            required = true,
            description =
                    "Checkpoint directory (config.json, *.safetensors), or org/name on the hub.")
    private String model;

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

    @Mixin private TrainingOfPlan training;

    /**
     * Both parts of a plan.
     *
     * @param adapter what the config makes of the model
     * @param training what a training takes
     */
    private record Both(AdapterPlan adapter, TrainingReport training) {}

    @Override
    public Integer call() throws IOException {
        String mistake = training.mistake();
        if (mistake != null) {
            throw new ParameterException(spec.commandLine(), mistake);
        }
        Shown.requireWritable(json);
        if (!Files.isRegularFile(config)) {
            throw new IOException(
                    "There is no file '" + config + "'. Name an adapter_config.json.");
        }
        PeftConfig read = PeftConfig.fromJson(Files.readString(config));
        PeftConfig asked =
                task == null ? read : read.toBuilder().optTaskType(task).build(warning -> {});
        LoadOptions options = LoadOptions.builder().optLabels(labels).build();
        Path directory = HubDirectory.of(model, spec.commandLine().getErr());
        try (TransformerModel base =
                Transformers.load(directory, asked.taskType().orElse(null), options)) {
            AdapterPlan plan = PeftModels.plan(base, asked);
            PrintWriter out = spec.commandLine().getOut();
            if (!training.isAsked()) {
                Shown.print(plan, out, plan, json);
                return 0;
            }
            out.println(plan);
            TrainingReport report = training.show(directory, base, asked, out);
            out.flush();
            if (json != null) {
                ReportFile.write(new Both(plan, report), json);
            }
        }
        return 0;
    }
}
