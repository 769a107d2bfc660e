package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;

/**
 * A layer that gets an adapter: its sizes, and what a method needs to make tensors for it. Tensors
 * live in the adapter's manager, are float32, and are drawn from LibTorch's generator.
 */
public final class NewLayer {

    private final AdapterSetBuilder set;
    private final LayerSite site;

    /** A layer of the base, and the adapter that is being made. */
    public NewLayer(AdapterSetBuilder set, LayerSite site) {
        this.set = set;
        this.site = site;
    }

    /** The layer in the base. */
    public LayerSite site() {
        return site;
    }

    /** Its dotted name. */
    public String path() {
        return site.path();
    }

    /** What it is. */
    public LayerKind kind() {
        return site.kind();
    }

    /** Input features of a linear layer, however its weight is stored. */
    public long in() {
        return LinearShape.of(site).in();
    }

    /** Output features of a linear layer. */
    public long out() {
        return LinearShape.of(site).out();
    }

    /** The sizes of a convolution. */
    public ConvolutionShape convolution() {
        return ConvolutionShape.of(site);
    }

    /** Where the adapter's tensors live. */
    public NDManager manager() {
        return set.manager();
    }

    /** Zeros. */
    public NDArray zeros(long... shape) {
        return manager().zeros(new Shape(shape));
    }

    /** One value everywhere. */
    public NDArray full(double value, long... shape) {
        return manager().full(new Shape(shape), (float) value);
    }

    /** Uniform within ±bound. */
    public NDArray uniform(double bound, long... shape) {
        return manager().randomUniform((float) -bound, (float) bound, new Shape(shape));
    }

    /** Normal with mean 0. */
    public NDArray normal(double deviation, long... shape) {
        return manager().randomNormal(0f, (float) deviation, new Shape(shape), DataType.FLOAT32);
    }

    /** PyTorch's start of a linear layer; see {@link Initializers#kaiming}. */
    public NDArray kaiming(long... shape) {
        return Initializers.kaiming(manager(), new Shape(shape));
    }

    /** A tensor that trains, under its name in the file. */
    public Parameter trained(String name, NDArray array) {
        return LayerTuner.trained(name, array);
    }

    /** A tensor that does not train but counts as a parameter of the model. */
    public Parameter frozen(String name, NDArray array) {
        return LayerTuner.frozen(name, array);
    }

    /** A tensor that does not train and does not count: a buffer, as PyTorch calls it. */
    public Parameter buffer(String name, NDArray array) {
        Parameter buffer = frozen(name, array);
        set.markBuffer(buffer);
        return buffer;
    }

    /** Dropout on what the adapter reads of the layer's input. */
    public InputDropout dropout(String option, double p) {
        return new InputDropout(option, p);
    }

    /**
     * Refuses an option that does not fit this layer.
     *
     * @param rule completes "it must be ...", without the full stop
     * @throws IllegalArgumentException if it does not fit; the text names option, value, layer and
     *     rule
     */
    public void require(boolean fits, String option, Object value, String rule) {
        if (!fits) {
            throw new IllegalArgumentException(
                    option
                            + " is "
                            + value
                            + ", but at "
                            + path()
                            + " it must be "
                            + rule
                            + ". Choose another "
                            + option
                            + ", or leave the layer out of the targets.");
        }
    }
}
