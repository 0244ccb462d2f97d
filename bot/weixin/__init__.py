"""What WeCom and the WeChat Official Account share: the sealed envelope, XML, access tokens, the API client, pages."""
