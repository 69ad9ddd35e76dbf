namespace NukeRunner.Output;

/// <summary>Standard output. The only place that touches it.</summary>
internal sealed class SystemConsole : IConsole
{
    public bool IsTerminal => !Console.IsOutputRedirected;

    public int Width => Console.WindowWidth is > 0 and var width ? width : 80;

    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }
}
