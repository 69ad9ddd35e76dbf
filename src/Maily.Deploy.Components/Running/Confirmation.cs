using Spectre.Console;

namespace Maily.Deploy.Components;

/// <summary>Asks a person at the terminal to type the environment's name.</summary>
static class Confirmation
{
    /// <summary>Whether the name was typed; false at once where there is no terminal to ask at.</summary>
    public static bool Ask(string environment)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
            return false;
        var typed = AnsiConsole.Prompt(new TextPrompt<string>($"Type [bold]{Markup.Escape(environment)}[/] to deploy to it:").AllowEmpty());
        return string.Equals(typed.Trim(), environment, StringComparison.Ordinal);
    }
}
