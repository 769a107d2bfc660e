package io.github.peft4j.cli.generate;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.PrecisionName;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.cli.hub.HubDirectory;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.folder.AdapterBase;
import io.github.peft4j.task.folder.AdapterTokenizer;
import io.github.peft4j.task.folder.UntrainedHead;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.GeneratedText;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Has a model answer the prompts of a file, with an adapter or without. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(name = "generate", description = "Answer the prompts of a file.")
public final class GenerateCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            required = true,
            description =
                    "Checkpoint directory (config.json, *.safetensors, tokenizer.json), or org/name"
                            + " on the hub.")
    private String model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR|NAME",
            description =
                    "Adapter directory, or org/name on the hub; without, the bare model answers.")
    private @Nullable String adapterName;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            required = true,
            description = "Prompts: .txt, one a line, or .jsonl, a list of messages a line.")
    private Path input;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write prompts, new token ids and texts here, as a JSON list.")
    private @Nullable Path json;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "How to hold the weights: float32, stored (as in the file, less memory), or"
                            + " fp16-packed (faster a token, slower to load). Default:"
                            + " ${DEFAULT-VALUE}.",
            defaultValue = "float32",
            converter = PrecisionName.class)
    private Precision precision = Precision.FLOAT32;

    @ArgGroup(exclusive = false, heading = "How to generate:%n")
    private GenerateOptions options = new GenerateOptions();

    @Override
    public Integer call() throws IOException {
        if (json != null) {
            ReportFile.requireWritable(json);
        }
        PrintWriter err = spec.commandLine().getErr();
        Path directory = HubDirectory.of(model, err);
        Path adapter = adapterName == null ? null : HubDirectory.of(adapterName, err);
        GenerationConfig config = options.over(GenerationConfig.fromPretrained(directory));
        try (Tokenizer tokenizer =
                adapter == null
                        ? Tokenizer.fromPretrained(directory)
                        : AdapterTokenizer.load(directory, adapter)) {
            List<Prompt> prompts = PromptFile.read(input, tokenizer);
            try (TransformerModel base = load(directory, adapter)) {
                List<Answer> answers;
                if (adapter == null) {
                    UntrainedHead.refuse(base, null, "");
                    answers = answer(text(Generator.of(base), config, tokenizer), prompts);
                } else {
                    try (PeftModel adapted =
                            PeftModels.fromPretrained(
                                    base,
                                    adapter,
                                    PeftModel.DEFAULT_ADAPTER,
                                    LoadAdapterOptions.EFFECTIVE)) {
                        UntrainedHead.refuse(base, adapted, "");
                        answers = answer(text(Generator.of(adapted), config, tokenizer), prompts);
                    }
                }
                if (json != null) {
                    Answer.write(answers, json);
                }
            }
        }
        return 0;
    }

    private TransformerModel load(Path directory, @Nullable Path adapter) throws IOException {
        TaskType task = TextGenerator.task(directory);
        LoadOptions held = LoadOptions.builder().optPrecision(precision).build();
        return adapter == null
                ? Transformers.load(directory, task, held)
                : AdapterBase.of(adapter).load(directory, task, held);
    }

    /** One answer a prompt, the best, even where the checkpoint's config asks for several. */
    private static TextGenerator text(
            Generator generator, GenerationConfig config, Tokenizer tokenizer) {
        GenerationConfig one = config.toBuilder().optNumReturnSequences(1).build();
        return TextGenerator.builder(tokenizer, generator, one).build();
    }

    private List<Answer> answer(TextGenerator generator, List<Prompt> prompts) {
        for (Prompt prompt : prompts) {
            try {
                generator.check(prompt.content());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(prompt.where() + ": " + e.getMessage(), e);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Answer> answers = new ArrayList<>();
        for (Prompt prompt : prompts) {
            out.println("> " + prompt.content().text().strip());
            GeneratedText text =
                    generator.generate(
                            prompt.content(),
                            piece -> {
                                out.print(piece);
                                out.flush();
                            });
            out.println();
            out.println();
            answers.add(new Answer(prompt.content().text(), text.ids(), text.text()));
        }
        out.flush();
        return answers;
    }
}
