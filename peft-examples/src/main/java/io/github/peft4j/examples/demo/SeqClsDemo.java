package io.github.peft4j.examples.demo;

import ai.djl.MalformedModelException;
import ai.djl.engine.Engine;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.console.Interactive;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.examples.demo.sentiment.Answers;
import io.github.peft4j.examples.demo.sentiment.Domain;
import io.github.peft4j.examples.demo.sentiment.SampleTable;
import io.github.peft4j.examples.demo.sentiment.SeqClsStory;
import io.github.peft4j.examples.demo.sentiment.TextClassifier;
import io.github.peft4j.examples.demo.story.DemoReport;
import io.github.peft4j.examples.demo.story.DemoSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Teaches a sentence encoder to tell a favourable text from an unfavourable one. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "seq-cls",
        description = "Sentiment of texts: MiniLM with one small adapter a domain.")
public final class SeqClsDemo implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Hugging Face checkpoint of a BERT (default: MiniLM, made on first use).")
    private @Nullable Path model;

    @Option(
            names = "--data",
            paramLabel = "FILE.tsv",
            description =
                    "Texts with columns split (train, test), label, text (default: tweets, then"
                            + " movies).")
    private @Nullable Path data;

    @Option(
            names = "--labels",
            paramLabel = "NAME",
            split = ",",
            description = "The labels; rows labelled neutral are left out.")
    private List<String> labels = List.of("negative", "positive");

    @Option(names = "--epochs", paramLabel = "N", description = "Rounds over the training texts.")
    private int epochs = 3;

    @Option(names = "--seed", paramLabel = "N", description = "Start values and order of batches.")
    private int seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Save the adapters here.")
    private Path adapters = Path.of(".peft", "seq-cls");

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        if (epochs < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--epochs is " + epochs + ", must be at least 1.");
        }
        if (labels.size() < 2) {
            throw new ParameterException(
                    spec.commandLine(), "--labels is " + labels + ", must name at least 2.");
        }
        if (json != null) {
            ReportFile.requireWritable(json);
        }
        DemoOptions.requireUsable(adapters);
        ImmutableList<String> names = ImmutableList.copyOf(labels);
        ImmutableList<Domain> domains = domains(names);
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(seed);
        try (TextClassifier classifier = TextClassifier.load(model, names)) {
            return run(classifier, domains) ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private boolean run(TextClassifier classifier, ImmutableList<Domain> domains)
            throws IOException, MalformedModelException {
        PrintWriter out = spec.commandLine().getOut();
        DemoSettings settings = new DemoSettings(epochs, seed, adapters);
        SeqClsStory story = new SeqClsStory(classifier, domains, settings, out);
        try (PeftModel peft = story.newModel()) {
            DemoReport report = story.tell(peft);
            if (json != null) {
                report.write(json);
            }
            out.println();
            new SampleTable(classifier.labels(), domains, story.byAdapter()).table().print(out);
            out.println();
            out.flush();
            Interactive.onTerminal(out)
                    .answer("a text to judge", text -> judge(text, classifier, peft, domains));
        }
        return story.held();
    }

    private static String judge(
            String text, TextClassifier classifier, PeftModel peft, ImmutableList<Domain> domains) {
        List<String> verdicts = new ArrayList<>();
        for (Domain domain : domains) {
            peft.setAdapter(domain.adapter());
            float[] logits = classifier.logits(peft, text);
            verdicts.add(domain.name() + ": " + Answers.verdict(classifier.labels(), logits));
        }
        return String.join("   ", verdicts);
    }

    private ImmutableList<Domain> domains(ImmutableList<String> names) throws IOException {
        return data == null
                ? ImmutableList.of(Domain.shipped("tweets", names), Domain.shipped("movies", names))
                : ImmutableList.of(Domain.of(data, names));
    }
}
