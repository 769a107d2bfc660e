package io.github.peft4j.nn;

import ai.djl.nn.Block;

/** A module that only holds others: a step in a checkpoint's dotted names. */
public final class Group extends Module {

    /** Creates an empty group. */
    public Group() {}

    /** Adds a member under its checkpoint name and returns it. */
    public <B extends Block> B add(String name, B block) {
        return child(name, block);
    }
}
