package io.github.peft4j.tuner.lora.attach;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.List;

/** {@code layer_replication}: a deeper model of the base's layers, which share their weights. */
final class ReplicatedLayers {

    /** More layers than any model has. */
    private static final int MOST = 10_000;

    private ReplicatedLayers() {}

    /** The base, or the deeper model that a config asks for. */
    static BaseModel of(BaseModel base, LoraConfig config) {
        List<Integer> order = order(config);
        return order.isEmpty() || order.equals(base.layerOrder()) ? base : base.withLayers(order);
    }

    /** Refuses a model of other layers: adapters of one model share them. */
    static void check(BaseModel model, LoraConfig config) {
        List<Integer> order = order(config);
        Preconditions.checkArgument(
                order.isEmpty() || order.equals(model.layerOrder()),
                "layer_replication is %s, which makes a deeper model of the base, and the adapters"
                        + " of this one share other layers. Wrap the base in a second PeftModel"
                        + " with this config.",
                config.layerReplication());
    }

    private static List<Integer> order(LoraConfig config) {
        ImmutableList.Builder<Integer> order = ImmutableList.builder();
        long count = 0;
        for (List<Integer> range : config.layerReplication()) {
            count += range.get(1) - range.get(0);
            Preconditions.checkArgument(
                    count <= MOST,
                    "layer_replication %s asks for %s layers or more; up to %s are possible.",
                    config.layerReplication(),
                    count,
                    MOST);
            for (int i = range.get(0); i < range.get(1); i++) {
                order.add(i);
            }
        }
        return order.build();
    }
}
