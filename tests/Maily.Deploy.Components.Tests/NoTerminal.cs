using System.Runtime.CompilerServices;
using Spectre.Console;

namespace Maily.Deploy.Components.Tests;

/// <summary>Tests run without a terminal, also where a person starts them at one: nobody would answer.</summary>
static class NoTerminal
{
    [ModuleInitializer]
    internal static void Set() => AnsiConsole.Profile.Capabilities.Interactive = false;
}
