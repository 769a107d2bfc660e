package io.github.peft4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.InputAdapter;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.exception.UnsupportedFeatureException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LayerStackTest {

    private static final String PATH = "layer";

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private AdapterSet of(Adapter adapter) {
        return AdapterSet.builder(manager.newSubManager()).addLayer("", PATH, adapter).build();
    }

    @Test
    void putsTheFirstNameNextToTheLayer() {
        Adapter a = new Output();
        Adapter b = new Output();

        LayerStack stack = LayerStack.at(PATH, ImmutableMap.of("a", of(a), "b", of(b)), true);

        assertThat(stack.around()).containsExactly((LayerAdapter) a, (LayerAdapter) b);
    }

    @Test
    void letsTheFirstInputAdapterSeeTheInputFirst() {
        Adapter a = new Input();
        Adapter b = new Output();
        Adapter c = new Input();

        LayerStack stack =
                LayerStack.at(PATH, ImmutableMap.of("a", of(a), "b", of(b), "c", of(c)), true);

        assertThat(stack.around())
                .containsExactly((LayerAdapter) c, (LayerAdapter) b, (LayerAdapter) a);
        assertThat(stack.all()).containsExactly(a, b, c);
    }

    @Test
    void refusesAdaptersThatExcludeEachOther() {
        ImmutableMap<String, AdapterSet> acting =
                ImmutableMap.of("a", of(new Jealous()), "b", of(new Jealous()));

        assertThatThrownBy(() -> LayerStack.at(PATH, acting, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Adapters 'a' and 'b' cannot both act at layer: there is no room.");
    }

    @Test
    void refusesWhatNeedsActivationsWhereThereAreNone() {
        ImmutableMap<String, AdapterSet> acting = ImmutableMap.of("a", of(new Output()));

        assertThatThrownBy(() -> LayerStack.at(PATH, acting, false))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("The adapter at layer depends on activations");
    }

    private static class Output implements LayerAdapter {

        @Override
        public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
            return base.forward(x);
        }

        @Override
        public ImmutableMap<String, Parameter> parameters() {
            return ImmutableMap.of();
        }
    }

    private static final class Jealous extends Output {

        @Override
        public String conflict(Adapter other) {
            return "there is no room.";
        }
    }

    private static final class Input implements InputAdapter {

        @Override
        public NDArray input(NDArray x, AdapterPass pass) {
            return x;
        }

        @Override
        public ImmutableMap<String, Parameter> parameters() {
            return ImmutableMap.of();
        }
    }
}
