using Maily.Deploy.Processes;

namespace Maily.Deploy.GitOps;

/// <summary>The repository refuses the credentials.</summary>
public sealed class ManifestsAccessException(ManifestsRepository repository, CommandFailedException cause)
    : DeployException($"{repository.Url} refuses the credentials.", $"Set {ManifestsRepository.TokenVariable} to a token that may write to the repository's contents, or load the ssh key that may.", cause.Evidence, cause);

/// <summary>The repository or its branch is not there.</summary>
public sealed class ManifestsMissingException(string what, string remedy, CommandFailedException? cause = null)
    : DeployException($"{what} is not there.", remedy, cause?.Evidence, cause);

/// <summary>The repository does not answer.</summary>
public sealed class ManifestsUnreachableException(ManifestsRepository repository, CommandFailedException cause)
    : DeployException($"{repository.Url} does not answer.", $"Check {ManifestsRepository.UrlVariable} and the network, then deploy again.", cause.Evidence, cause)
{
    /// <inheritdoc/>
    public override bool LeavesDoubt => true;
}

/// <summary>The repository's server refuses commits to the branch by a rule of its own.</summary>
public sealed class PushRefusedException(ManifestsRepository repository, CommandFailedException cause)
    : DeployException($"{repository} refuses the push.", "Let the deployer's account push to the branch (bypass its protection or hook), or name another one by MAILY_MANIFESTS_BRANCH and let the Applications follow it.", cause.Evidence, cause);

/// <summary>Others pushed to the branch each time before this deployment could.</summary>
public sealed class PushOvertakenException(ManifestsRepository repository, int tries, CommandFailedException? cause)
    : DeployException($"{repository} was changed by others before each of {tries} pushes.", "Find out what pushes to the branch all the time, then deploy again.", cause?.Evidence, cause);

/// <summary>Somebody else changed a region's folder while it was being committed to.</summary>
public sealed class FolderOvertakenException(string path, string evidence)
    : DeployException($"Somebody else changed {path} at the same time.", "Nobody but deployments may write to that folder: see who did, then deploy again.", evidence);

/// <summary>A region's folder is not what it was before, although it was committed again.</summary>
public sealed class FolderNotRestoredException(string path, string wanted, string found)
    : DeployException($"{path} is not what it was before the deployment.", "Compare the folder with its former commit; attributes of the repository may change files as they are written.", $"wanted tree {wanted}, found {found}");
