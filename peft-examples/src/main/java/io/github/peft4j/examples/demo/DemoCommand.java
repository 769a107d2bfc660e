package io.github.peft4j.examples.demo;

import picocli.CommandLine.Command;

/** Groups the demos. */
@Command(
        name = "demo",
        description = "Run a demo: train an adapter and show what it changes.",
        subcommands = {
            SeqClsDemo.class,
            TokenClsDemo.class,
            QuestionAnsweringDemo.class,
            CausalLmDemo.class,
            Seq2SeqDemo.class,
            FeatureExtractionDemo.class,
            MethodsDemo.class,
            StartsDemo.class,
            ServingDemo.class,
            MnistDemo.class
        })
public final class DemoCommand {}
