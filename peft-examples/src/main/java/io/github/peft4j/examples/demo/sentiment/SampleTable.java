package io.github.peft4j.examples.demo.sentiment;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.task.data.text.LabeledText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * A few unseen texts, short enough to read, with what each adapter says of them: the first five of
 * a single domain; of two domains the first two each, and from the second one also two texts that
 * its own adapter corrects and one that it spoils.
 *
 * @param labels names of the classes
 * @param domains one or two
 * @param byAdapter what the adapter of each domain says
 */
public record SampleTable(
        ImmutableList<String> labels,
        ImmutableList<Domain> domains,
        ImmutableList<DomainAnswers> byAdapter) {

    private static final int WIDTH = 42;

    public TextTable table() {
        List<String> heads = new ArrayList<>(List.of("unseen text", "truth"));
        domains.forEach(domain -> heads.add(domain.adapter()));
        TextTable table = new TextTable(heads.toArray(new String[0]));
        for (int domain = 0; domain < domains.size(); domain++) {
            for (int text : sample(domain)) {
                table.addRow(row(domain, text));
            }
        }
        return table;
    }

    private Set<Integer> sample(int domain) {
        Set<Integer> texts = new TreeSet<>();
        add(texts, domain, domains.size() == 1 ? 5 : 2, text -> true);
        if (domain > 0) {
            Answers then = byAdapter.get(0).all().get(domain);
            Answers now = byAdapter.get(domain).all().get(domain);
            add(texts, domain, 4, text -> now.right(text) && !then.right(text));
            add(texts, domain, 5, text -> then.right(text) && !now.right(text));
        }
        return texts;
    }

    /** Adds texts that fit until there are enough. */
    private void add(Set<Integer> texts, int domain, int enough, IntPredicate fits) {
        List<LabeledText> rows = domains.get(domain).test().rows();
        for (int text = 0; text < rows.size() && texts.size() < enough; text++) {
            if (rows.get(text).text().length() <= WIDTH && fits.test(text)) {
                texts.add(text);
            }
        }
    }

    private Object[] row(int domain, int text) {
        List<Object> row = new ArrayList<>();
        row.add(domains.get(domain).test().rows().get(text).text());
        row.add(labels.get(byAdapter.get(0).all().get(domain).truth(text)));
        for (DomainAnswers answers : byAdapter) {
            row.add(answers.all().get(domain).verdict(labels, text));
        }
        return row.toArray();
    }
}
