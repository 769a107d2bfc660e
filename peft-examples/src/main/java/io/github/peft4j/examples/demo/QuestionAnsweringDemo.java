package io.github.peft4j.examples.demo;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.data.MiniLm;
import io.github.peft4j.examples.demo.lesson.Passages;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Teaches a sentence encoder to answer questions out of passages. */
@Command(
        name = "question-answering",
        description = "Answers out of passages: MiniLM learns where they stand, or that none does.")
public final class QuestionAnsweringDemo implements Callable<Integer> {

    private static final int EPOCHS = 6;

    @Mixin private final DemoOptions options = new DemoOptions();

    @Override
    public Integer call() throws IOException, MalformedModelException {
        DemoSettings settings = options.settings(EPOCHS);
        Passages lesson = Passages.read(options.data());
        Path given = options.model();
        Path directory = given == null ? MiniLm.directory() : given;
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.QUESTION_ANS)
                        .optR(16)
                        .optLoraAlpha(32)
                        .optLoraDropout(0.05)
                        .optTargetModules("query", "key", "value", "dense")
                        .build();
        try (DemoBase base = DemoBase.load(directory, TaskType.QUESTION_ANS, LoadOptions.DEFAULT)) {
            return options.run(
                    base,
                    config,
                    ImmutableList.of(lesson),
                    settings,
                    "a question about the first passage of the test");
        }
    }
}
