package io.github.peft4j.examples.demo;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.data.SmallModel;
import io.github.peft4j.examples.demo.lesson.Normalisation;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Lesson;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Teaches an encoder-decoder to rewrite amounts of money and German dates. */
@Command(
        name = "seq2seq",
        description = "Rewriting: a small T5 learns two forms, an adapter each on one base.")
public final class Seq2SeqDemo implements Callable<Integer> {

    private static final int EPOCHS = 8;
    private static final int NEW_TOKENS = 40;

    @Mixin private final DemoOptions options = new DemoOptions();

    @Override
    public Integer call() throws IOException, MalformedModelException {
        DemoSettings settings = options.settings(EPOCHS);
        Path given = options.model();
        Path directory = given == null ? SmallModel.T5_MINI.directory() : given;
        GenerationConfig generation =
                GenerationConfig.fromPretrained(directory).toBuilder()
                        .optMaxLength(null)
                        .optMaxNewTokens(NEW_TOKENS)
                        .optDoSample(false)
                        .optNumBeams(1)
                        .build();
        Path data = options.data();
        ImmutableList<Lesson> lessons =
                data == null
                        ? ImmutableList.of(
                                Normalisation.shipped("datum", generation),
                                Normalisation.shipped("money", generation))
                        : ImmutableList.of(Normalisation.of(data, generation));
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_2_SEQ_LM)
                        .optR(16)
                        .optLoraAlpha(32)
                        .optTargetModules("q", "k", "v", "o", "wi", "wo")
                        .build();
        try (DemoBase base = DemoBase.load(directory, TaskType.SEQ_2_SEQ_LM, LoadOptions.DEFAULT)) {
            return options.run(base, config, lessons, settings, "an amount or a German date");
        }
    }
}
