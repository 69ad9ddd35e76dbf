using System.Linq.Expressions;
using System.Text;
using Nuke.Common;
using NukeRunner.Output;
using NukeRunner.Runs;

namespace NukeRunner.Tests;

/// <summary>Runs a build in this process, in a folder of its own.</summary>
sealed class RunningABuild : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("nuke-runner-").FullName;
    public Dictionary<string, string> Variables { get; } = [];
    public RecordingConsole Console { get; } = new();
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public BuildRun? Run { get; private set; }
    public NukeBuild? Build { get; private set; }

    public string Output => Console.ToString();

    public RunningABuild WithFile(string path, string content)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return this;
    }

    public int Start<T>(Expression<Func<T, Target>> first, params string[] arguments)
        where T : NukeBuild, new()
        => BuildRunner.Run(Invocation(arguments), Create<T>, [first.Body]);

    public int StartWithoutDefault<T>(params string[] arguments)
        where T : NukeBuild, new()
        => BuildRunner.Run(Invocation(arguments), Create<T>, []);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    T Create<T>()
        where T : NukeBuild, new()
    {
        Run = BuildRun.Current;
        var build = new T();
        Build = build;
        return build;
    }

    Invocation Invocation(string[] arguments) => new()
    {
        Arguments = [.. arguments, "--root", Root, .. arguments.Contains("--parallel") ? Array.Empty<string>() : ["--parallel", "1"]],
        Variables = Variables,
        WorkingDirectory = Root,
        Console = Console,
        Time = Time,
    };
}

sealed class RecordingConsole : IConsole
{
    readonly StringBuilder text = new();

    public bool IsTerminal { get; init; }

    public int Width => 80;

    public void Write(string written)
    {
        lock (text)
            text.Append(written);
    }

    public override string ToString()
    {
        lock (text)
            return text.ToString();
    }
}
