package io.github.peft4j.examples.demo;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.data.MiniLm;
import io.github.peft4j.examples.demo.lesson.PrivateData;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Teaches a sentence encoder to find private data in texts. */
@Command(
        name = "token-cls",
        description = "Private data in texts: MiniLM learns to mark names, accounts, addresses.")
public final class TokenClsDemo implements Callable<Integer> {

    private static final int EPOCHS = 5;

    @Mixin private final DemoOptions options = new DemoOptions();

    @Override
    public Integer call() throws IOException, MalformedModelException {
        DemoSettings settings = options.settings(EPOCHS);
        PrivateData lesson = PrivateData.read(options.data());
        Path given = options.model();
        Path directory = given == null ? MiniLm.directory() : given;
        LoadOptions heads = LoadOptions.builder().optLabels(lesson.train().labels()).build();
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.TOKEN_CLS)
                        .optR(8)
                        .optLoraAlpha(16)
                        .optTargetModules("query", "value")
                        .build();
        try (DemoBase base = DemoBase.load(directory, TaskType.TOKEN_CLS, heads)) {
            return options.run(
                    base, config, ImmutableList.of(lesson), settings, "a text with private data");
        }
    }
}
