package io.github.peft4j.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.model.ModelOutput;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PenaltyTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    /** Changes nothing and asks a price for it. */
    private static final class Costly implements WeightAdapter, Penalized {

        private final float price;

        Costly(float price) {
            this.price = price;
        }

        @Override
        public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
            return current;
        }

        @Override
        public NDArray penalty(AdapterPass pass) {
            return pass.scope().create(price);
        }

        @Override
        public ImmutableMap<String, Parameter> parameters() {
            return ImmutableMap.of();
        }
    }

    private float loss(Activation activation) {
        Block block =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(2).build())
                        .add(Linear.builder().setUnits(2).build());
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        BlockModel model = new BlockModel(block);
        AdapterSetBuilder set = AdapterSet.builder(manager.newSubManager());
        float price = 1;
        for (var site : model.sites()) {
            if (site.weight() != null) {
                set.addLayer("", site.path(), new Costly(price));
                price *= 10;
            }
        }
        FrozenBase frozen = new FrozenBase(model.parameters().values());
        ActiveAdapters active =
                ActiveAdapters.of(model, frozen, Map.of("default", set.build()), activation);
        AdapterPass pass =
                new AdapterPass(new ParameterStore(manager, false), manager, true, active);
        ModelOutput output = ModelOutput.of(Map.of(ModelOutput.LOSS, manager.create(0.5f)));
        assertThat(active.penalize(ModelOutput.of(Map.of()), pass, all -> true).arrays())
                .as("without a loss")
                .isEmpty();
        return active.penalize(output, pass, all -> true).loss().getFloat();
    }

    @Test
    void addsThePenaltyOfEachActingAdapterOnce() {
        assertThat(loss(Activation.of("default"))).isEqualTo(11.5f);
    }

    @Test
    void asksNothingForAdaptersThatAreSwitchedOff() {
        assertThat(loss(Activation.of("default").disable())).isEqualTo(0.5f);
        assertThat(loss(Activation.none())).isEqualTo(0.5f);
    }
}
