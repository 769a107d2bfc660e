package io.github.peft4j.examples;

import com.google.auto.service.AutoService;
import io.github.peft4j.cli.CommandProvider;
import io.github.peft4j.examples.demo.DemoCommand;

/** Brings {@code peft demo}. */
@AutoService(CommandProvider.class)
public final class DemoProvider implements CommandProvider {

    @Override
    public Object command() {
        return new DemoCommand();
    }
}
