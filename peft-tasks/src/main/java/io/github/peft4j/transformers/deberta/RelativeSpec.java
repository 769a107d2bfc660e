package io.github.peft4j.transformers.deberta;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.List;
import java.util.Locale;

/**
 * How the distance of two positions counts, from config.json.
 *
 * @param enabled whether it counts at all
 * @param keys whether queries meet the distance's key ({@code c2p})
 * @param queries whether keys meet the distance's query ({@code p2c})
 * @param shared whether a distance's key and query come from the projections of tokens ({@code
 *     share_att_key}) or from their own
 * @param normalised whether a norm stands on the vectors of distances
 * @param buckets how many distances of each sign have a vector; far ones share it by their
 *     logarithm; 0 or less for one vector each
 * @param maxDistance from where on all distances are alike
 */
record RelativeSpec(
        boolean enabled,
        boolean keys,
        boolean queries,
        boolean shared,
        boolean normalised,
        int buckets,
        int maxDistance) {

    static RelativeSpec from(PretrainedConfig config, int maxPositions) {
        List<String> kinds = listed(config, "pos_att_type");
        int distance = config.integer("max_relative_positions", -1);
        return new RelativeSpec(
                config.flag("relative_attention", false),
                kinds.contains("c2p"),
                kinds.contains("p2c"),
                config.flag("share_att_key", false),
                listed(config, "norm_rel_ebd").contains("layer_norm"),
                config.integer("position_buckets", -1),
                distance < 1 ? maxPositions : distance);
    }

    /** A list, or a text with bars between its parts. */
    private static List<String> listed(PretrainedConfig config, String key) {
        return config.isText(key)
                ? ImmutableList.copyOf(
                        Splitter.on('|')
                                .trimResults()
                                .split(config.string(key).orElse("").toLowerCase(Locale.ROOT)))
                : config.strings(key);
    }

    /** How many distances of each sign have a vector. */
    int span() {
        return buckets > 0 ? buckets : maxDistance;
    }

    /** Which of the {@code 2 span} vectors stands for a query so many positions after its key. */
    int row(int distance) {
        return Math.max(0, Math.min(bucket(distance) + span(), 2 * span() - 1));
    }

    private int bucket(int distance) {
        int near = buckets / 2;
        int far = Math.abs(distance);
        if (buckets <= 0 || far <= near) {
            return distance;
        }
        // In float32, as transformers computes it.
        float whole = (float) Math.log((float) ((maxDistance - 1) / (double) near));
        float share = (float) Math.log((float) far / near) / whole;
        int bucket = (int) Math.ceil(share * (near - 1)) + near;
        return distance < 0 ? -bucket : bucket;
    }

    /** How many terms a score has, by which it is scaled. */
    int terms() {
        return 1 + (keys ? 1 : 0) + (queries ? 1 : 0);
    }
}
