package io.github.peft4j.examples.demo.story;

import io.github.peft4j.PeftModel;
import java.io.IOException;
import java.io.PrintWriter;

/** What one adapter of a demo learns, and how it is examined. */
public interface Lesson {

    /** Name of the adapter. */
    String adapter();

    /** What it learns from, in a few words: {@code 2,000 pairs}. */
    String material();

    /** Trains the active adapter, with a progress bar. */
    void train(DemoBase base, PeftModel model, DemoSettings settings, PrintWriter out)
            throws IOException;

    /** Examines what is active on examples that were never trained on. */
    Figures examine(DemoBase base, PeftModel model) throws IOException;

    /** Prints a few answers that a person can judge. */
    void show(DemoBase base, PeftModel model, PrintWriter out) throws IOException;

    /** Answers what the user types, in one line. */
    String answer(DemoBase base, PeftModel model, String text);
}
