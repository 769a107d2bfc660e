package io.github.peft4j.examples.demo;

import io.github.peft4j.UnsupportedFeatureException;
import io.github.peft4j.examples.console.DemoReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Teaches a sentence encoder to tell a favourable text from an unfavourable one. */
@Command(
        name = "seq-cls",
        description = "Sentiment of texts: MiniLM with one small adapter a domain.")
public final class SeqClsDemo implements Callable<Integer> {

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Hugging Face checkpoint of a BERT (default: MiniLM, made on first use).")
    private @Nullable Path model;

    @Option(
            names = "--data",
            paramLabel = "FILE.tsv",
            description = "Texts with columns split, label, text (default: tweets and movies).")
    private @Nullable Path data;

    @Option(names = "--epochs", paramLabel = "N", description = "Rounds over the training texts.")
    private int epochs = 3;

    @Option(names = "--seed", paramLabel = "N", description = "Start values and order of batches.")
    private int seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        if (json != null) {
            DemoReport.requireWritable(json);
        }
        throw new UnsupportedFeatureException(
                "The seq-cls demo is not in this build (model "
                        + model
                        + ", data "
                        + data
                        + ", epochs "
                        + epochs
                        + ", seed "
                        + seed
                        + "). Run './peft demo mnist'.");
    }
}
