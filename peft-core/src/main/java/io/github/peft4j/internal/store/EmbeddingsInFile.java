package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
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
import io.github.peft4j.ops.Ops;
import io.github.peft4j.store.SaveAdapterOptions.EmbeddingLayers;
import io.github.peft4j.tuner.LayerTuner;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Weights of embeddings that go into an adapter's file: PEFT writes them where {@code embed_tokens}
 * or {@code lm_head} is a target ({@code save_embedding_layers="auto"}), since vocabularies are
 * often extended then.
 */
public final class EmbeddingsInFile {

    private static final ImmutableSet<String> NAMES = ImmutableSet.of("embed_tokens", "lm_head");

    private EmbeddingsInFile() {}

    /** The base's weights to be written, by key; usually none. */
    public static ImmutableMap<String, Parameter> of(
            BaseModel base, AdapterInventory.Entry entry, EmbeddingLayers wanted) {
        ImmutableMap.Builder<String, Parameter> saved = ImmutableMap.builder();
        ModelInfo info = base.info();
        for (LayerSite site : base.sites()) {
            String path = site.path();
            boolean embedding =
                    path.equals(info.inputEmbedding()) || path.equals(info.outputEmbedding());
            Parameter weight = site.weight();
            if (weight == null || !embedding) {
                continue;
            }
            boolean adapted = entry.set().layers().containsKey(path);
            boolean written =
                    switch (wanted) {
                        case ALWAYS -> true;
                        case AUTO -> adapted && named(entry.config(), path);
                        case NEVER -> false;
                    };
            if (written) {
                saved.put(key(path, adapted), weight);
            }
        }
        return saved.buildOrThrow();
    }

    private static String key(String path, boolean adapted) {
        return LayerTuner.KEY_PREFIX + path + (adapted ? ".base_layer.weight" : ".weight");
    }

    /**
     * Compares embeddings that a file brings along with the base's, which it does not replace:
     * other adapters share them. A module that the adapter owns is none of these.
     *
     * @return the file's names of those that are the same
     * @throws IOException if one differs
     */
    public static ImmutableSet<String> check(BaseModel base, AdapterSet set, Checkpoint file)
            throws IOException {
        ImmutableSet.Builder<String> same = ImmutableSet.builder();
        for (LayerSite site : base.sites()) {
            String path = site.path();
            Parameter weight = site.weight();
            boolean embedding =
                    path.equals(base.info().inputEmbedding())
                            || path.equals(base.info().outputEmbedding());
            if (!embedding || weight == null) {
                continue;
            }
            for (String key : new String[] {key(path, true), key(path, false)}) {
                if (file.names().contains(key) && !set.file().containsKey(key)) {
                    requireSame(file, key, weight);
                    same.add(key);
                }
            }
        }
        return same.build();
    }

    /** How many tokens the base has: the rows of its token table, or -1 where it has none. */
    static long tokens(BaseModel base) {
        for (LayerSite site : base.sites()) {
            Parameter weight = site.weight();
            if (site.path().equals(base.info().inputEmbedding()) && weight != null) {
                return weight.getShape().get(0);
            }
        }
        return -1;
    }

    private static void requireSame(Checkpoint file, String key, Parameter weight)
            throws IOException {
        NDArray ours = weight.getArray();
        boolean same = file.shape(key).equals(ours.getShape());
        if (same) {
            try (NDManager scratch = Engines.newManager();
                    Gradients off = Gradients.off()) {
                same = Ops.toFloat32(file.load(scratch, key)).contentEquals(Ops.toFloat32(ours));
            }
        }
        if (!same) {
            throw new IOException(
                    file.directory()
                            + " brings its own weights "
                            + key
                            + ", "
                            + file.shape(key)
                            + ", other than those of the base, "
                            + ours.getShape()
                            + ". Load it on the base it was saved with, the one with the same"
                            + " vocabulary.");
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
}
