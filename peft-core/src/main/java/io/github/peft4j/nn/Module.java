package io.github.peft4j.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * A block whose children carry the checkpoint's module names and whose forward is a typed Java
 * method. Its parameters are filled from a checkpoint, or by an initializer before the first use.
 */
public abstract class Module extends AbstractBlock {

    /** Creates a module without children. */
    @SuppressWarnings("this-escape") // shapes are known from the constructor on
    protected Module() {
        inputShapes = new Shape[0];
    }

    /** Adds a child under its checkpoint name and returns it. */
    protected final <B extends Block> B child(String name, B block) {
        return addChildBlock(name, block);
    }

    /** Adds a parameter of this shape under its checkpoint name. */
    protected final Parameter parameter(String name, Parameter.Type type, long... shape) {
        return addParameter(
                Parameter.builder().setName(name).setType(type).optShape(new Shape(shape)).build());
    }

    /**
     * Not how a module inside a model is called.
     *
     * @throws UnsupportedOperationException unless a subclass is callable as a DJL block
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        throw new UnsupportedOperationException(
                getClass().getSimpleName()
                        + " is part of a model and has a typed forward. Call the model instead.");
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        throw new UnsupportedOperationException(
                getClass().getSimpleName() + " does not compute shapes without running.");
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, shapes);
        }
    }

    @Override
    public String toString() {
        return getClass().getSimpleName(); // DJL's own version fails on one-letter child names
    }
}
