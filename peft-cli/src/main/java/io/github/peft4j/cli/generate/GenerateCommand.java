package io.github.peft4j.cli.generate;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.TextStreamer;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
            paramLabel = "DIR",
            required = true,
            description = "Checkpoint directory: config.json, *.safetensors, tokenizer.json.")
    private Path directory;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Adapter directory; without, the bare model answers.")
    private @Nullable Path adapter;

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

    @ArgGroup(exclusive = false, heading = "How to generate:%n")
    private GenerateOptions options = new GenerateOptions();

    @Override
    public Integer call() throws IOException {
        if (json != null) {
            ReportFile.requireWritable(json);
        }
        if (!Files.isDirectory(directory)) {
            throw new IOException(
                    "There is no directory '" + directory + "'. Name a checkpoint's.");
        }
        GenerationConfig config = options.over(GenerationConfig.fromPretrained(directory));
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            List<Prompt> prompts = PromptFile.read(input, tokenizer);
            try (TransformerModel base = Transformers.load(directory, task())) {
                List<Answer> answers;
                if (adapter == null) {
                    answers = answer(Generator.of(base), prompts, config, tokenizer);
                } else {
                    try (PeftModel model = PeftModels.fromPretrained(base, adapter)) {
                        answers = answer(Generator.of(model), prompts, config, tokenizer);
                    }
                }
                if (json != null) {
                    Answer.write(answers, json);
                }
            }
        }
        return 0;
    }

    private TaskType task() throws IOException {
        return PretrainedConfig.read(directory).flag("is_encoder_decoder", false)
                ? TaskType.SEQ_2_SEQ_LM
                : TaskType.CAUSAL_LM;
    }

    private List<Answer> answer(
            Generator generator,
            List<Prompt> prompts,
            GenerationConfig config,
            Tokenizer tokenizer) {
        for (Prompt prompt : prompts) {
            try {
                generator.check(prompt.batch(), config);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(prompt.where() + ": " + e.getMessage(), e);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Answer> answers = new ArrayList<>();
        for (Prompt prompt : prompts) {
            out.println("> " + prompt.text().strip());
            TextStreamer streamer =
                    new TextStreamer(
                            tokenizer,
                            piece -> {
                                out.print(piece);
                                out.flush();
                            });
            GenerationResult result = generator.generate(prompt.batch(), config, streamer);
            if (config.beams().numBeams() > 1) {
                result.newTokens(0).forEach(streamer::put);
            }
            streamer.end();
            out.println();
            out.println();
            String text = tokenizer.decode(result.newTokens(0).toArray(), true);
            answers.add(new Answer(prompt.text(), result.newTokens(0), text));
        }
        out.flush();
        return answers;
    }
}
