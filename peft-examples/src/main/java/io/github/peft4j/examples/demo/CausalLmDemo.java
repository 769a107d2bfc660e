package io.github.peft4j.examples.demo;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.data.SmallModel;
import io.github.peft4j.examples.demo.lesson.Style;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Gives a language model another style. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "causal-lm",
        description =
                "Another style: a small GPT-2, or a model of your own, learns how texts sound.")
public final class CausalLmDemo implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Mixin private final DemoOptions options = new DemoOptions();

    @Option(
            names = "--style",
            paramLabel = "NAME",
            description =
                    "kjv (King James Bible) or devil (The Devil's Dictionary); default: kjv for the"
                            + " demo's own model, devil for another.")
    private @Nullable String style;

    @Override
    public Integer call() throws IOException, MalformedModelException {
        Path given = options.model();
        String name = style != null ? style : given == null ? "kjv" : "devil";
        if (!Style.SHIPPED.contains(name)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--style is " + name + ", must be one of " + Style.SHIPPED + ".");
        }
        // Recipes: a model of minutes learns fast and long; one that makes sense, gently and once.
        int epochs = given != null ? 1 : name.equals("kjv") ? 2 : 4;
        DemoSettings settings = options.settings(epochs);
        Style lesson =
                given == null
                        ? Style.read(options.data(), name, 3e-3, 8)
                        : Style.read(options.data(), name, 5e-4, 4);
        Path directory = given == null ? SmallModel.GPT2_MINI.directory() : given;
        try (DemoBase base = DemoBase.load(directory, TaskType.CAUSAL_LM, LoadOptions.DEFAULT)) {
            return options.run(
                    base,
                    config(given == null, base),
                    ImmutableList.of(lesson),
                    settings,
                    "the beginning of a text");
        }
    }

    private static LoraConfig config(boolean own, DemoBase base) {
        LoraConfig.Builder config =
                LoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optR(own ? 16 : 8)
                        .optLoraAlpha(own ? 32 : 16)
                        .optFanInFanOut(base.model().config().modelType().equals("gpt2"));
        return (own
                        ? config.optTargetModules("c_attn", "c_fc", "c_proj")
                        : config.optTargetModules("all-linear"))
                .build();
    }
}
