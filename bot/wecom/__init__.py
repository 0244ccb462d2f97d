"""The WeCom (企业微信) door: one self-built app. Its facts are Tencent's documentation pages, cited as D<number>
(https://developer.work.weixin.qq.com/document/path/<number>)."""
