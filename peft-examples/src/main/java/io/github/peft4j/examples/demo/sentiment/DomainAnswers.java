package io.github.peft4j.examples.demo.sentiment;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * What one adapter says of the unseen texts of all domains.
 *
 * @param all in the order of the domains
 */
record DomainAnswers(ImmutableList<Answers> all) {

    double accuracy(int domain) {
        return all.get(domain).accuracy();
    }

    /** Number of texts. */
    int texts() {
        return all.stream().mapToInt(Answers::size).sum();
    }

    /** Whether every logit has the same bits. */
    boolean sameBits(DomainAnswers other) {
        for (int domain = 0; domain < all.size(); domain++) {
            if (!all.get(domain).sameBits(other.all.get(domain))) {
                return false;
            }
        }
        return true;
    }

    /** A row of the table: name, then an accuracy a domain. */
    Object[] row(String name) {
        List<Object> row = new ArrayList<>(List.of(name));
        all.forEach(answers -> row.add(answers.accuracy()));
        return row.toArray();
    }
}
