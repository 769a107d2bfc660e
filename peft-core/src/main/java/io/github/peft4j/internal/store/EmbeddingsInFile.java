package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ResizedTables;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.SaveAdapterOptions.EmbeddingLayers;
import io.github.peft4j.tuner.LayerTuner;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weights of embeddings that go into an adapter's file: PEFT writes them where {@code embed_tokens}
 * or {@code lm_head} is a target ({@code save_embedding_layers="auto"}), since vocabularies are
 * often extended then, and where the base has another number of tokens than its checkpoint.
 */
public final class EmbeddingsInFile {

    private static final ImmutableSet<String> NAMES = ImmutableSet.of("embed_tokens", "lm_head");

    private final ImmutableSet<String> names;
    private final ImmutableMap<String, Parameter> open;

    private EmbeddingsInFile(ImmutableSet<String> names, ImmutableMap<String, Parameter> open) {
        this.names = names;
        this.open = open;
    }

    /** The base's weights to be written, by key; usually none. */
    public static ImmutableMap<String, Parameter> of(
            BaseModel base, AdapterInventory.Entry entry, EmbeddingLayers wanted) {
        ImmutableMap.Builder<String, Parameter> saved = ImmutableMap.builder();
        boolean resized = base.resizedTables().any();
        for (LayerSite site : embeddings(base)) {
            String path = site.path();
            boolean adapted = entry.set().layers().containsKey(path);
            boolean written =
                    switch (wanted) {
                        case ALWAYS -> true;
                        case AUTO -> resized || (adapted && named(entry.config(), path));
                        case NEVER -> false;
                    };
            if (written) {
                parts(site)
                        .forEach(
                                (part, tensor) -> {
                                    String key = key(path, adapted, part);
                                    if (!entry.set().file().containsKey(key)) {
                                        saved.put(key, tensor);
                                    }
                                });
            }
        }
        return saved.buildOrThrow();
    }

    private static ImmutableList<LayerSite> embeddings(BaseModel base) {
        ModelInfo info = base.info();
        return base.sites().stream()
                .filter(
                        site ->
                                site.path().equals(info.inputEmbedding())
                                        || site.path().equals(info.outputEmbedding()))
                .filter(site -> site.weight() != null)
                .collect(ImmutableList.toImmutableList());
    }

    private static ImmutableMap<String, Parameter> parts(LayerSite site) {
        ImmutableMap.Builder<String, Parameter> parts = ImmutableMap.builder();
        parts.put("weight", site.requireWeight());
        Parameter bias = site.bias();
        if (bias != null) {
            parts.put("bias", bias);
        }
        return parts.buildOrThrow();
    }

    private static String key(String path, boolean adapted, String part) {
        return LayerTuner.KEY_PREFIX + path + (adapted ? ".base_layer." : ".") + part;
    }

    /**
     * Compares embeddings that a file brings along with the base's, which it does not replace:
     * other adapters share them. Rows that the base lacked may be anything. A module that the
     * adapter owns is none of these.
     *
     * @throws IOException if one differs
     */
    static EmbeddingsInFile check(BaseModel base, AdapterSet set, Checkpoint file)
            throws IOException {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        ImmutableMap.Builder<String, Parameter> open = ImmutableMap.builder();
        for (LayerSite site : embeddings(base)) {
            for (Map.Entry<String, Parameter> part : parts(site).entrySet()) {
                for (boolean adapted : new boolean[] {true, false}) {
                    String key = key(site.path(), adapted, part.getKey());
                    if (!file.names().contains(key)
                            || set.file().containsKey(key)
                            || set.aliases().contains(key)) {
                        continue;
                    }
                    Parameter ours = part.getValue();
                    long known = base.resizedTables().known(ours);
                    requireSame(file, key, ours, known);
                    names.add(key);
                    if (known < ours.getShape().get(0)) {
                        open.put(key, ours);
                    }
                }
            }
        }
        return new EmbeddingsInFile(names.build(), open.buildOrThrow());
    }

    /** Names in the file that are accounted for. */
    ImmutableSet<String> names() {
        return names;
    }

    /** Reads the rows that the base lacks. */
    NewRows newRows(BaseModel base, Checkpoint file) throws IOException {
        NDManager manager = Engines.newManager();
        Map<Parameter, NDArray> rows = new LinkedHashMap<>();
        try (Gradients off = Gradients.off()) {
            for (Map.Entry<String, Parameter> table : open.entrySet()) {
                NDArray brought = Ops.toFloat32(file.load(manager, table.getKey()));
                brought.attach(manager);
                rows.put(table.getValue(), brought);
            }
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
        return new NewRows(base.resizedTables(), rows, manager);
    }

    /** How many tokens the base has: the rows of its token table, or -1 where it has none. */
    static long tokens(BaseModel base) {
        for (LayerSite site : embeddings(base)) {
            if (site.path().equals(base.info().inputEmbedding())) {
                return site.requireWeight().getShape().get(0);
            }
        }
        return -1;
    }

    /**
     * How many tokens a tensor was made for, if it differs from what is expected in that alone;
     * else -1.
     */
    static long vocabulary(Shape found, Shape expected, long tokens) {
        long wanted = -1;
        for (int i = 0; i < expected.dimension(); i++) {
            if (found.dimension() != expected.dimension()
                    || (found.get(i) != expected.get(i)
                            && (expected.get(i) != tokens || wanted >= 0))) {
                return -1;
            }
            wanted = found.get(i) == expected.get(i) ? wanted : found.get(i);
        }
        return wanted;
    }

    /** What to do about an adapter of a base with another number of tokens. */
    static String cure(long wanted, long tokens) {
        return ("The adapter was trained on a base of %d tokens, this one has %d. Load the base with as many"
                        + " (LoadOptions.optVocabSize(%d))")
                .formatted(wanted, tokens, wanted);
    }

    private static void requireSame(Checkpoint file, String key, Parameter table, long known)
            throws IOException {
        NDArray ours = table.getArray();
        Shape found = file.shape(key);
        Shape shape = ours.getShape();
        boolean same = found.equals(shape);
        if (same) {
            NDIndex rows = new NDIndex().addSliceDim(0, known);
            try (NDManager scratch = Engines.newManager();
                    Gradients off = Gradients.off()) {
                NDArray brought = Ops.toFloat32(file.load(scratch, key)).get(scratch, rows);
                same = brought.contentEquals(HeldNumbers.float32(ours).get(scratch, rows));
            }
        }
        if (!same) {
            boolean more =
                    found.dimension() == shape.dimension()
                            && found.slice(1).equals(shape.slice(1))
                            && found.get(0) != shape.get(0);
            throw new IOException(
                    "%s brings its own weights %s, %s, other than those of the base, %s. %s."
                            .formatted(
                                    file.directory(),
                                    key,
                                    found,
                                    shape,
                                    more
                                            ? cure(found.get(0), shape.get(0))
                                            : "Load it on the base it was saved with, the one with"
                                                    + " the same vocabulary, loaded for it alone if"
                                                    + " an adapter with other tokens is there"));
        }
    }

    /** Whether a target names the layer by its own name, or by a regular expression. */
    private static boolean named(PeftConfig config, String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        @Nullable OneOrMany<String> targets =
                config instanceof LayerConfig targeted && targeted.savesEmbeddings()
                        ? targeted.targets().targetModules()
                        : null;
        return targets != null
                && NAMES.contains(name)
                && (targets.single() || targets.values().contains(name));
    }

    /** Token tables of an adapter's file, for a base that lacks some of their rows. */
    static final class NewRows implements AutoCloseable {

        private final ResizedTables tables;
        private final Map<Parameter, NDArray> rows;
        private final NDManager manager;

        /**
         * Tables that were read.
         *
         * @param rows whole tables, which agree with the base's in the rows that it knows
         * @param manager owns them
         */
        NewRows(ResizedTables tables, Map<Parameter, NDArray> rows, NDManager manager) {
            this.tables = tables;
            this.rows = rows;
            this.manager = manager;
        }

        /**
         * Gives them to the base, and frees them.
         *
         * @throws IllegalStateException if another adapter has brought others meanwhile
         */
        void fill() {
            try (manager;
                    Gradients off = Gradients.off()) {
                synchronized (tables) {
                    rows.forEach(
                            (table, brought) -> {
                                NDArray ours = table.getArray();
                                boolean open = tables.known(table) < ours.getShape().get(0);
                                if (open) {
                                    TensorOps.copy(ours, brought);
                                    tables.brought(table);
                                } else if (!HeldNumbers.float32(ours).contentEquals(brought)) {
                                    throw new IllegalStateException(
                                            "Two adapters with different rows for new tokens were loaded at the same time. Load each on a base of its own.");
                                }
                            });
                }
            }
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
