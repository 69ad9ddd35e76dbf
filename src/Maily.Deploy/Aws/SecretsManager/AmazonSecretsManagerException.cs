using System.Net;
using Amazon.Runtime;

namespace Amazon.SecretsManager
{
    /// <summary>Secrets Manager answered with an error.</summary>
    class AmazonSecretsManagerException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : AmazonServiceException(message, innerException, errorType, errorCode, requestId, statusCode);
}

namespace Amazon.SecretsManager.Model
{
    /// <summary>There is no such secret or version.</summary>
    sealed class ResourceNotFoundException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

    /// <summary>The secret cannot be read in its present state, for instance because it is to be deleted.</summary>
    sealed class InvalidRequestException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

    /// <summary>The caller may not use the key that encrypts the secret.</summary>
    sealed class DecryptionFailureException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);
}
