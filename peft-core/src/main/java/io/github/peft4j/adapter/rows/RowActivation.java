package io.github.peft4j.adapter.rows;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Activation;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which adapters act on each row of a batch, as PEFT's {@code adapter_names} says it. Immutable.
 *
 * <p>Each row is computed as if it were alone in a batch under its own {@link Activation}: the base
 * layers see the whole batch at once, an adapter only its own rows.
 *
 * @param rows an activation a row
 */
public record RowActivation(List<Activation> rows) {

    /** The name that stands for the bare base model. */
    public static final String BASE = "__base__";

    /** Copies the list. */
    public RowActivation {
        rows = ImmutableList.copyOf(rows);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "adapter_names is empty. Name an adapter for each row of the batch.");
        }
    }

    /** An adapter a row; {@link #BASE} for none. */
    public static RowActivation of(String... names) {
        return of(Arrays.asList(names));
    }

    /** An adapter a row; {@link #BASE} for none. */
    public static RowActivation of(Collection<String> names) {
        return new RowActivation(
                names.stream()
                        .map(name -> name.equals(BASE) ? Activation.none() : Activation.of(name))
                        .collect(ImmutableList.toImmutableList()));
    }

    /** Those that differ, in the order in which they first appear. */
    public Set<Activation> distinct() {
        return ImmutableSet.copyOf(rows);
    }

    /** The activation that all rows share, or null. */
    public @Nullable Activation common() {
        Set<Activation> all = distinct();
        return all.size() == 1 ? all.iterator().next() : null;
    }

    /**
     * Refuses a batch that has another number of rows.
     *
     * @throws IllegalArgumentException if it has
     */
    public void requireRows(long batch) {
        if (batch != rows.size()) {
            throw new IllegalArgumentException(
                    "adapter_names names "
                            + rows.size()
                            + " adapters, and the batch has "
                            + batch
                            + " rows. Name one for each row, "
                            + BASE
                            + " for a row without adapter.");
        }
    }

    /**
     * The same for a batch in which each row stands several times side by side, as in beam search.
     *
     * @param batch how many rows there are
     * @throws IllegalArgumentException if that is no multiple of the rows named here
     */
    public RowActivation over(long batch) {
        if (batch == rows.size()) {
            return this;
        }
        if (batch % rows.size() != 0 || batch == 0) {
            requireRows(batch);
        }
        ImmutableList.Builder<Activation> all = ImmutableList.builder();
        for (Activation row : rows) {
            for (long i = 0; i < batch / rows.size(); i++) {
                all.add(row);
            }
        }
        return new RowActivation(all.build());
    }
}
