using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.GitOps;

/// <summary>Runs git for the manifests repository: never asks a person, runs no hooks of this machine, and tells failures apart.</summary>
sealed class ManifestsGit(ManifestsRepository repository, ProcessRunner processes)
{
    static readonly string[] Refused = ["Authentication failed", "could not read Username", "could not read Password", "HTTP 401", "returned error: 401", "returned error: 403", "HTTP 403", "Permission denied", "Permission to ", "access denied"];
    static readonly string[] NotThere = ["not found", "does not appear to be a git repository", "does not exist", "returned error: 404"];
    static readonly string[] Unanswered = ["Could not resolve", "Failed to connect", "Couldn't connect", "Connection refused", "Connection timed out", "Connection reset", "Operation timed out", "Operation too slow", "unable to access", "RPC failed", "remote end hung up", "early EOF", "Network is unreachable"];

    /// <summary>Runs git in a folder; a failure that has nothing to do with the repository stays what it is.</summary>
    public Task<string> RunAsync(string folder, CancellationToken cancellation, params IEnumerable<string> arguments) =>
        processes.RunAsync(CommandOf(folder, arguments), null, cancellation);

    /// <summary>Runs git in a folder against the repository.</summary>
    /// <exception cref="ManifestsAccessException">The credentials are refused.</exception>
    /// <exception cref="ManifestsMissingException">The repository or the branch is not there.</exception>
    /// <exception cref="ManifestsUnreachableException">The repository does not answer.</exception>
    public async Task<string> AskAsync(string folder, CancellationToken cancellation, params IEnumerable<string> arguments)
    {
        try
        {
            return await RunAsync(folder, cancellation, arguments);
        }
        catch (CommandFailedException failed)
        {
            throw Explain(failed) ?? failed;
        }
    }

    /// <summary>What a failure means; null where it means nothing that is known.</summary>
    public DeployException? Explain(CommandFailedException failed)
    {
        var text = failed.Evidence ?? "";
        bool Says(string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        if (text.Contains("Remote branch", StringComparison.Ordinal) || text.Contains("couldn't find remote ref", StringComparison.OrdinalIgnoreCase))
            return new ManifestsMissingException($"The branch {repository.Branch} of {repository.Url}", $"Make it, or name another one by {ManifestsRepository.BranchVariable}.", failed);
        if (Says(Refused))
            return new ManifestsAccessException(repository, failed);
        if (Says(NotThere))
            return new ManifestsMissingException(repository.Url, $"Correct {ManifestsRepository.UrlVariable}; a private repository also says so to those who may not see it.", failed);
        return Says(Unanswered) ? new ManifestsUnreachableException(repository, failed) : null;
    }

    CommandLine CommandOf(string folder, IEnumerable<string> arguments) => CommandLine.Of("git", arguments) with { WorkingDirectory = folder, Environment = Environment() };

    // Secrets go by the environment: arguments and files of a clone are there for every user to read.
    ImmutableDictionary<string, Secret> Environment()
    {
        List<(string Key, string Value)> configuration =
        [
            ("core.hooksPath", "/dev/null"), ("core.autocrlf", "false"), ("core.safecrlf", "false"), ("commit.gpgSign", "false"), ("gc.auto", "0"), ("advice.detachedHead", "false"),
            ("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "30"),
        ];
        if (repository.Authorization is { } header)
            configuration.Add(($"http.{repository.Url}.extraHeader", header.Reveal()));
        var variables = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        variables["LC_ALL"] = new("C");
        variables["GIT_TERMINAL_PROMPT"] = new("0");
        variables["GIT_SSH_COMMAND"] = new(System.Environment.GetEnvironmentVariable("GIT_SSH_COMMAND") is { Length: > 0 } own ? own : "ssh -o BatchMode=yes");
        variables["GIT_CONFIG_COUNT"] = new(configuration.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var (at, (key, value)) in configuration.Index())
            (variables[$"GIT_CONFIG_KEY_{at}"], variables[$"GIT_CONFIG_VALUE_{at}"]) = (new(key), new(value));
        return variables.ToImmutable();
    }
}
