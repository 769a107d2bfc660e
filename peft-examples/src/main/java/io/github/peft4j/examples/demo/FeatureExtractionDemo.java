package io.github.peft4j.examples.demo;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.data.MiniLm;
import io.github.peft4j.examples.demo.lesson.Dictionary;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes a reverse dictionary of a sentence encoder. */
@Command(
        name = "feature-extraction",
        description = "A reverse dictionary: MiniLM learns to find the word of a definition.")
public final class FeatureExtractionDemo implements Callable<Integer> {

    private static final int EPOCHS = 2;

    @Mixin private final DemoOptions options = new DemoOptions();

    @Override
    public Integer call() throws IOException, MalformedModelException {
        DemoSettings settings = options.settings(EPOCHS);
        Dictionary lesson = Dictionary.read(options.data());
        Path given = options.model();
        Path directory = given == null ? MiniLm.directory() : given;
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.FEATURE_EXTRACTION)
                        .optR(8)
                        .optLoraAlpha(16)
                        .optTargetModules("query", "value")
                        .build();
        try (DemoBase base =
                DemoBase.load(directory, TaskType.FEATURE_EXTRACTION, LoadOptions.DEFAULT)) {
            return options.run(
                    base, config, ImmutableList.of(lesson), settings, "a definition of a word");
        }
    }
}
