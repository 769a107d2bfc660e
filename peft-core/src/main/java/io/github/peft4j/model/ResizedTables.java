package io.github.peft4j.model;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.util.Collection;
import java.util.Set;

/**
 * Token tables of a base that have another number of rows than its checkpoint. Rows beyond the
 * checkpoint's are open until the file of an adapter brings them.
 */
public final class ResizedTables {

    /** No table was resized. */
    public static final ResizedTables NONE = new ResizedTables(0, ImmutableList.of());

    private final long rows;
    private final boolean any;
    private final Set<Parameter> open = Sets.newIdentityHashSet();

    /**
     * Takes note of what was resized.
     *
     * @param rows how many tokens the checkpoint has
     * @param resized tables, output layers and their biases, by rows
     */
    public ResizedTables(long rows, Collection<Parameter> resized) {
        this(rows, !resized.isEmpty(), resized);
    }

    private ResizedTables(long rows, boolean any, Collection<Parameter> open) {
        this.rows = rows;
        this.any = any;
        this.open.addAll(open);
    }

    /** The same of a model whose layers share these tables under parameters of their own. */
    public ResizedTables of(Collection<Parameter> tables) {
        return new ResizedTables(rows, true, tables);
    }

    /** Whether the base has another number of tokens than its checkpoint. */
    public boolean any() {
        return any;
    }

    /** How many rows of a table, from the first, are those of the checkpoint or of a file. */
    public synchronized long known(Parameter table) {
        long all = table.getShape().get(0);
        return open.contains(table) ? Math.min(rows, all) : all;
    }

    /** Closes the rows of a table, which a file has brought. */
    public synchronized void brought(Parameter table) {
        open.remove(table);
    }
}
