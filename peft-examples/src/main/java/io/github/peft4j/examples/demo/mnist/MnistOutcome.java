package io.github.peft4j.examples.demo.mnist;

import ai.djl.nn.Block;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.examples.data.MnistData;
import io.github.peft4j.examples.demo.story.AdapterSize;
import io.github.peft4j.examples.demo.story.DemoReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a net says of the test images with one adapter in all kinds of use, and how large that is.
 *
 * @param before the net without the adapter
 * @param on with it
 * @param partly with it, but switched off in the first layer
 * @param off with it switched off
 * @param reloaded with what was saved and loaded again
 * @param merged with it merged into the weights
 * @param bytes size on disk
 */
public record MnistOutcome(
        DigitScores before,
        DigitScores on,
        DigitScores partly,
        DigitScores off,
        DigitScores reloaded,
        DigitScores merged,
        long bytes) {

    /** The report of the demo. */
    public DemoReport report(double seconds, long parameters) {
        return new DemoReport(
                "mnist",
                seconds,
                parameters,
                bytes,
                before.metrics(),
                on.metrics(),
                reloaded.metrics(),
                off.metrics());
    }

    /** Uses the adapter in all these ways. */
    public static MnistOutcome judge(PeftModel peft, Block net, DigitScores before, MnistData test)
            throws IOException {
        DigitScores on = DigitScores.of(peft, test);
        DigitScores partly;
        try (DisabledAdapters firstLayer = peft.disableAdapter("linear1")) {
            partly = DigitScores.of(peft, test);
        }
        DigitScores off;
        try (DisabledAdapters all = peft.disableAdapter()) {
            off = DigitScores.of(peft, test);
        }
        DigitScores merged;
        try (MergedModel model = peft.mergeAndUnload()) {
            merged = DigitScores.of(model, test);
        }
        Path directory = Files.createTempDirectory("peft-mnist");
        try {
            peft.savePretrained(directory);
            try (PeftModel again = PeftModels.fromPretrained(net, directory)) {
                DigitScores reloaded = DigitScores.of(again, test);
                long bytes = AdapterSize.of(directory);
                return new MnistOutcome(before, on, partly, off, reloaded, merged, bytes);
            }
        } finally {
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
