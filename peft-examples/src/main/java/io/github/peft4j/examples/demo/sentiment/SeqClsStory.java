package io.github.peft4j.examples.demo.sentiment;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.demo.story.DemoReport;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.StoryRecord;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One base, one adapter a domain. The first adapter learns its domain and is saved, loaded and
 * compared; a second one starts as a copy of it and learns another domain; switching back and
 * switching off give the earlier answers again, bit for bit.
 */
public final class SeqClsStory {

    private static final double LEARNING_RATE = 1e-3;
    private static final int SECOND_TEXTS = 2000;

    private final TextClassifier classifier;
    private final ImmutableList<Domain> domains;
    private final DemoSettings settings;
    private final PrintWriter out;
    private final StoryRecord record;
    private final List<DomainAnswers> byAdapter = new ArrayList<>();

    /** A story of one or two domains. */
    public SeqClsStory(
            TextClassifier classifier,
            ImmutableList<Domain> domains,
            DemoSettings settings,
            PrintWriter out) {
        this.classifier = classifier;
        this.domains = domains;
        this.settings = settings;
        this.out = out;
        record = new StoryRecord(classifier.base(), settings.adapters(), out);
    }

    /** The base with its first adapter: LoRA on query and value, and the head trained whole. */
    public PeftModel newModel() {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optR(8)
                        .optLoraAlpha(16)
                        .optTargetModules("query", "value")
                        .build();
        return PeftModels.getPeftModel(classifier.base(), config, domains.get(0).adapter());
    }

    /** Tells the story and returns its figures; {@link #held()} says whether all claims held. */
    public DemoReport tell(PeftModel model) throws IOException, MalformedModelException {
        out.printf(
                Locale.ROOT,
                "Base: %s, %,d weights; a fresh head for %s%n%s%n",
                classifier.name(),
                record.weights(),
                String.join(", ", classifier.labels()),
                model.trainableParameters());
        DomainAnswers untrained = answers(classifier, model);
        record.before().putAll(metrics(untrained));
        firstDomain(model, untrained);
        if (domains.size() > 1) {
            secondDomain(model);
        }
        try (DisabledAdapters scope = model.disableAdapter()) {
            DomainAnswers off = answers(classifier, model);
            record.disabled().putAll(metrics(off));
            String figure = String.format(Locale.ROOT, "%.4f", off.accuracy(0));
            claim("switched off, " + figure + ": as the untrained head", off, untrained);
        }
        return record.end(
                "seq-cls",
                model.trainableParameters().trainable(),
                domains.stream().map(Domain::adapter).toList(),
                classifier.bytes());
    }

    /** Whether every claim held. */
    public boolean held() {
        return record.held();
    }

    /** What each adapter says of all unseen texts, in the order of the domains. */
    public ImmutableList<DomainAnswers> byAdapter() {
        return ImmutableList.copyOf(byAdapter);
    }

    private void firstDomain(PeftModel model, DomainAnswers untrained)
            throws IOException, MalformedModelException {
        Domain first = domains.get(0);
        heading("%n1  Adapter '%s' learns from %,d texts%n", first.adapter(), first.train().size());
        train(model, first, first.train(), LEARNING_RATE);
        DomainAnswers trained = answers(classifier, model);
        byAdapter.add(trained);
        printTable(
                untrained.row("untrained head"), trained.row("adapter '" + first.adapter() + "'"));

        model.savePretrained(settings.adapters(), first.adapter());
        DomainAnswers again = loadedAgain(first);
        claim("saved, loaded on a fresh base: as trained", again, trained);
        record.after().put("accuracy", trained.accuracy(0));
        record.reloaded().put("accuracy", again.accuracy(0));
        if (domains.size() > 1) {
            String transfer = domains.get(1).name() + "_accuracy_" + first.name() + "_adapter";
            record.after().put(transfer, trained.accuracy(1));
            record.reloaded().put(transfer, again.accuracy(1));
        }
    }

    private void secondDomain(PeftModel model) throws IOException, MalformedModelException {
        String first = domains.get(0).adapter();
        Domain second = domains.get(1);
        model.copyAdapter(first, second.adapter());
        model.setAdapter(second.adapter());
        int count = Math.min(SECOND_TEXTS, second.train().size());
        heading(
                "%n2  Adapter '%s', a copy of '%s', learns from %,d texts%n",
                second.adapter(), first, count);
        train(model, second, second.train().draw(count, settings.seed()), LEARNING_RATE / 2);
        DomainAnswers trained = answers(classifier, model);
        byAdapter.add(trained);
        model.setAdapter(first);
        DomainAnswers back = answers(classifier, model);
        printTable(
                trained.row("adapter '" + second.adapter() + "'"),
                back.row("adapter '" + first + "' again"));

        model.savePretrained(settings.adapters());
        DomainAnswers again = loadedAgain(second);
        claim("saved, loaded on a fresh base: as trained", again, trained);
        record.after().put(second.name() + "_accuracy", trained.accuracy(1));
        record.reloaded().put(second.name() + "_accuracy", again.accuracy(1));
        claim("switched back to '" + first + "': as before", back, byAdapter.get(0));
    }

    private DomainAnswers loadedAgain(Domain domain) throws IOException, MalformedModelException {
        try (TextClassifier fresh = classifier.loadAgain();
                PeftModel model =
                        PeftModels.fromPretrained(fresh.base(), record.folder(domain.adapter()))) {
            return answers(fresh, model);
        }
    }

    private void train(PeftModel model, Domain domain, TextDataset texts, double learningRate)
            throws IOException {
        classifier.train(
                model, texts, learningRate, settings.epochs(), settings.seed(), domain.name(), out);
    }

    private DomainAnswers answers(TextClassifier by, PeftModel model) {
        return new DomainAnswers(
                domains.stream()
                        .map(domain -> by.answers(model, domain.test()))
                        .collect(ImmutableList.toImmutableList()));
    }

    private Map<String, Double> metrics(DomainAnswers answers) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", answers.accuracy(0));
        if (domains.size() > 1) {
            metrics.put(domains.get(1).name() + "_accuracy", answers.accuracy(1));
        }
        return metrics;
    }

    private void claim(String what, DomainAnswers now, DomainAnswers then) {
        record.claim(what, now.sameBits(then), now.texts());
    }

    private void heading(String format, Object... values) {
        out.printf(Locale.ROOT, format, values);
        out.flush();
    }

    private void printTable(Object[]... rows) {
        List<String> heads = new ArrayList<>(List.of("accuracy on unseen texts"));
        domains.forEach(domain -> heads.add(domain.name()));
        TextTable table = new TextTable(heads.toArray(new String[0]));
        for (Object[] row : rows) {
            table.addRow(row);
        }
        out.println();
        table.print(out);
    }
}
