package io.github.peft4j.testkit;

import ai.djl.engine.Engine;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * Gives each test the same random numbers in each run, whichever tests ran before it. Found by
 * JUnit itself, so that no test can forget it; what a test draws may still differ between kinds of
 * processors.
 */
public final class SeededEngine
        implements BeforeAllCallback, BeforeEachCallback, TestInstancePreConstructCallback {

    private static final int SEED = 20;

    @Override
    public void beforeAll(ExtensionContext context) {
        seed();
    }

    @Override
    public void preConstructTestInstance(
            TestInstanceFactoryContext factory, ExtensionContext context) {
        seed();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        seed();
    }

    private static void seed() {
        Engine.getEngine("PyTorch").setRandomSeed(SEED);
    }
}
